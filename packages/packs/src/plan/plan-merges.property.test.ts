import type { InfoHash } from '@repocast/objects'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defaultPackLimits } from './entry.ts'
import { type PackLoad, planMerges } from './plan-merges.ts'

const MiB = 1024 ** 2
const { maxBytes, maxObjects } = defaultPackLimits

let packs = 0
function load(bytes: number, liveBytes = bytes, objects = Math.ceil(bytes / MiB)): PackLoad {
  packs += 1
  const infoHash = packs.toString(16).padStart(40, '0') as InfoHash
  return { infoHash, bytes, objects, liveBytes, liveObjects: Math.ceil((objects * liveBytes) / bytes) }
}

const fill = ({ liveBytes, liveObjects }: PackLoad) => Math.max(liveBytes / maxBytes, liveObjects / maxObjects)

/** The packs after a merge: as full as the limits let them. */
function merge(loads: readonly PackLoad[]): PackLoad[] {
  const gone = new Set(planMerges(loads))
  const [kept, given] = [loads.filter(one => !gone.has(one.infoHash)), loads.filter(one => gone.has(one.infoHash))]
  let bytes = given.reduce((sum, one) => sum + one.liveBytes, 0)
  let objects = given.reduce((sum, one) => sum + one.liveObjects, 0)
  while (bytes > 0 && objects > 0) {
    const count = Math.ceil(Math.max(bytes / maxBytes, objects / maxObjects))
    kept.push(load(Math.ceil(bytes / count), Math.ceil(bytes / count), Math.ceil(objects / count)))
    bytes -= Math.ceil(bytes / count)
    objects -= Math.ceil(objects / count)
  }
  return kept
}

const anyLoad = fc
  .record({ bytes: fc.integer({ min: 1, max: maxBytes }), live: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ bytes, live }) => load(bytes, Math.floor(bytes * live)))

test('what is left grows like powers of two and has few dead bytes', () => {
  fc.assert(
    fc.property(fc.array(anyLoad, { maxLength: 60 }), loads => {
      const left = merge(loads)
      for (const { bytes, liveBytes } of left) expect(bytes - liveBytes).toBeLessThanOrEqual(bytes / 3 + 1)
      const small = left.filter(one => fill(one) < 0.5).sort((a, b) => fill(a) - fill(b))
      expect(small.length).toBeLessThanOrEqual(16 + Math.log2(maxBytes / MiB))
      expect(planMerges(left)).toEqual([])
    }),
  )
})

test('full packs, and one small one, stay', () => {
  expect(planMerges([load(maxBytes), load(maxBytes), load(10 * MiB)])).toEqual([])
  expect(planMerges([])).toEqual([])
})

test('dead packs go, worn ones are packed anew', () => {
  const [dead, worn, good] = [load(100 * MiB, 0), load(300 * MiB, 100 * MiB), load(400 * MiB)]
  expect(planMerges([dead, worn, good])).toEqual([dead.infoHash, worn.infoHash])
})

test('small ones are merged up to the first that outweighs them', () => {
  const small = [load(10 * MiB), load(12 * MiB), load(11 * MiB)]
  const [middle, large] = [load(30 * MiB), load(200 * MiB)]
  expect(new Set(planMerges([...small, middle, large]))).toEqual(
    new Set([...small, middle].map(({ infoHash }) => infoHash)),
  )
})

test('ten years of days that replace 2 % leave few packs and few dead bytes, and pack an object anew seldom', () => {
  let loads = [load(40 * 1024 * MiB)].flatMap(() => Array.from({ length: 4 }, () => load(10 * 1024 * MiB)))
  let [packedAnew, mostPacks, mostDead] = [0, 0, 0]
  const churn = 0.02
  for (let day = 1; day <= 3650; day += 1) {
    loads = loads.map(one => ({
      ...one,
      liveBytes: Math.floor(one.liveBytes * (1 - churn)),
      liveObjects: one.liveBytes < MiB ? 0 : Math.ceil(one.liveObjects * (1 - churn)),
    }))
    loads.push(load(Math.floor(0.02 * 40 * 1024 * MiB)))
    mostPacks = Math.max(mostPacks, loads.length)
    const dead = loads.reduce((sum, { bytes, liveBytes }) => sum + bytes - liveBytes, 0)
    mostDead = Math.max(mostDead, dead / loads.reduce((sum, { liveBytes }) => sum + liveBytes, 0))
    if (day % 8 !== 0) continue
    const gone = new Set(planMerges(loads))
    for (const one of loads) if (gone.has(one.infoHash)) packedAnew += one.liveBytes
    loads = merge(loads)
  }
  expect(mostPacks).toBeLessThan(30)
  expect(mostDead).toBeLessThan(0.6)
  const published = 3650 * 0.02 * 40 * 1024 * MiB
  expect(packedAnew / published).toBeLessThan(5)
})
