/** Numbers from a seed, the same on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** Integer in [low, high]. */
  integer(low: number, high: number): number
  /** `items` in a random order. */
  shuffled<T>(items: readonly T[]): T[]
}

/** Generator `sfc32` of PractRand, seeded by one number. */
export function seededRandom(seed: number): Random {
  let [a, b, c, counter] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88, 1]
  function next(): number {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return (t >>> 0) / 2 ** 32
  }
  for (let k = 0; k < 15; k += 1) next() // until every bit of the seed is everywhere
  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    integer,
    shuffled(items) {
      const keyed = items.map(item => ({ item, key: next() }))
      return keyed.sort((x, y) => x.key - y.key).map(({ item }) => item)
    },
  }
}
