import type { Reading, Usage } from '../usage.ts'

/**
 * Adds up what all processes of one host took, from repeated readings. When a process has ended and its parent lives on, its
 * time is counted by the kernel as that of an ended child of the parent; else its last reading counts. Pure.
 */
export class Tally {
  readonly #latest = new Map<number, Reading | undefined>()
  #gone = 0
  #before = 0
  #peakBytes = 0

  /** A process that belongs to the host from now on. */
  add(pid: number): void {
    if (!this.#latest.has(pid)) this.#latest.set(pid, undefined)
  }

  /** Those to read next. */
  get pids(): number[] {
    return [...this.#latest.keys()]
  }

  /** Readings of all `pids` at about one moment; those without one have ended. */
  read(readings: ReadonlyMap<number, Reading>): void {
    for (const [pid, last] of this.#latest) {
      const reading = readings.get(pid)
      if (reading !== undefined) {
        this.#latest.set(pid, reading)
        this.#peakBytes = Math.max(this.#peakBytes, reading.peakBytes)
        continue
      }
      this.#latest.delete(pid)
      if (last !== undefined && !readings.has(last.parent)) this.#gone += secondsOf(last)
    }
  }

  /** Forgets what was taken so far: figures count from here. */
  restart(): void {
    this.#before = this.#sum()
    this.#peakBytes = 0
  }

  /** CPU seconds of all, and the peak of the largest process, since the last restart. */
  get usage(): Usage {
    return { cpuSeconds: this.#sum() - this.#before, peakBytes: this.#peakBytes }
  }

  #sum(): number {
    return [...this.#latest.values()].reduce(
      (sum, reading) => sum + (reading === undefined ? 0 : secondsOf(reading)),
      this.#gone,
    )
  }
}

function secondsOf({ cpuSeconds, endedChildrenSeconds }: Reading): number {
  return cpuSeconds + endedChildrenSeconds
}
