import type { InfoHash } from '@repocast/objects'
import type { Random } from '../picker/random.ts'

/** A pack that lacks something and has no peer is looked up again after this; the first times sooner. */
const firstHungryMs = 10_000
const firstTimes = 3
const hungryMs = 60_000
/** One that lacks something and has peers. */
const fedMs = 300_000
/** Others. Who is announced is remembered for 30 minutes and more. */
const restingMs = 25 * 60_000
/** Between two packs that lack nothing, so that a start of hundreds is spread. */
const restMs = 1000
/** At the same time. */
const mostHungry = 4
const mostResting = 1
/** A search that did not end is counted no more. */
const longestMs = 60_000

/** A pack that may be told of in the DHT. */
export interface DhtPack {
  readonly infoHash: InfoHash
  /** Whether something is missing. */
  readonly isHungry: boolean
  readonly peerCount: number
}

interface Turn {
  readonly began: number
  /** How often in a row because it lacks something. */
  readonly times: number
  /** When it was to come again, if nothing changes, by chance a tenth sooner. */
  readonly chance: number
  readonly isResting: boolean
  readonly isUnderWay: boolean
}

/** Which pack is looked up and announced when: those that lack something before the others, never many at once. */
export class DhtSchedule {
  readonly #random: Random
  readonly #turns = new Map<InfoHash, Turn>()
  #restedAt = Number.NEGATIVE_INFINITY

  constructor(random: Random) {
    this.#random = random
  }

  /** The packs whose turn it is now; each is to be told `ended`. */
  begin(packs: Iterable<DhtPack>, now: number): InfoHash[] {
    const free = this.#free(now)
    if (free.hungry <= 0 && free.resting <= 0) return []
    const [hungry, resting]: [DhtPack[], DhtPack[]] = [[], []]
    for (const pack of packs) if (this.#isDue(pack, now)) (pack.isHungry ? hungry : resting).push(pack)
    const chosen = [...this.#oldest(hungry, free.hungry), ...this.#oldest(resting, free.resting)]
    for (const { infoHash, isHungry } of chosen) {
      const times = isHungry ? (this.#turns.get(infoHash)?.times ?? 0) + 1 : 0
      const turn = { began: now, times, chance: this.#random(), isResting: !isHungry, isUnderWay: true }
      this.#turns.set(infoHash, turn)
      if (!isHungry) this.#restedAt = now
    }
    return chosen.map(({ infoHash }) => infoHash)
  }

  ended(infoHash: InfoHash): void {
    const turn = this.#turns.get(infoHash)
    if (turn !== undefined) this.#turns.set(infoHash, { ...turn, isUnderWay: false })
  }

  /** A pack is in the swarm no more. */
  forget(infoHash: InfoHash): void {
    this.#turns.delete(infoHash)
  }

  #free(now: number): { readonly hungry: number; readonly resting: number } {
    let [hungry, resting] = [mostHungry, now - this.#restedAt < restMs ? 0 : mostResting]
    for (const { began, isResting, isUnderWay } of this.#turns.values()) {
      if (!isUnderWay || now - began >= longestMs) continue
      if (isResting) resting -= 1
      else hungry -= 1
    }
    return { hungry, resting }
  }

  #isDue({ infoHash, isHungry, peerCount }: DhtPack, now: number): boolean {
    const turn = this.#turns.get(infoHash)
    if (turn === undefined) return true
    const { began, times, chance, isUnderWay } = turn
    if (isUnderWay && now - began < longestMs) return false
    const usualMs = !isHungry ? restingMs : peerCount > 0 ? fedMs : times <= firstTimes ? firstHungryMs : hungryMs
    return now - began >= usualMs * (1 - chance / 10)
  }

  #oldest(packs: readonly DhtPack[], count: number): DhtPack[] {
    const began = ({ infoHash }: DhtPack) => this.#turns.get(infoHash)?.began ?? Number.NEGATIVE_INFINITY
    if (count <= 0) return []
    // subtraction would make NaN of two that never had a turn
    return packs.toSorted((a, b) => (began(a) < began(b) ? -1 : Number(began(a) > began(b)))).slice(0, count)
  }
}
