import type { SnapshotRecord } from '@repocast/objects'

interface Missed {
  readonly serial: number
  /** Milliseconds since 1970: when it was published, or for an older one, when it became the one to have. */
  readonly since: number
}

/** Remembers since when a mirror could serve something newer, and when its feed was read last. */
export class LagClock {
  #looked: Date | undefined
  #missed: Missed[] = []

  /** When the feed was read and verified last. */
  get looked(): Date | undefined {
    return this.#looked
  }

  /** The feed was read; `newest` is the snapshot to have, if there is one. `served` is a serial, 0 for nothing. */
  look(newest: Pick<SnapshotRecord, 'serial' | 'created'> | undefined, served: number, now: Date): void {
    this.#looked = now
    if (newest === undefined || this.#missed.some(({ serial }) => serial === newest.serial)) return
    const created = newest.serial > served ? Date.parse(newest.created) : now.getTime()
    this.#missed.push({ serial: newest.serial, since: Math.min(created, now.getTime()) })
  }

  /** Seconds for which `served` is not the snapshot to have any more; 0 when it is. */
  seconds(newest: number, served: number, now: Date): number {
    if (newest === served) {
      this.#missed = []
      return 0
    }
    this.#missed = this.#missed.filter(({ serial }) => serial > served || serial === newest)
    const since = Math.min(...this.#missed.map(missed => missed.since))
    return this.#missed.length === 0 ? 0 : Math.max(0, Math.floor((now.getTime() - since) / 1000))
  }
}
