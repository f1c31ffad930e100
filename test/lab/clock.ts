import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from './lab.ts'

/** A clock that programs of the lab believe in while they run: that of the machine, set forward or back. */
export interface LabClock {
  /** The environment of who shall believe in it. */
  readonly env: Readonly<Record<string, string>>
  /** Seconds by which it is before the machine's. */
  readonly offsetSeconds: number
  /** Sets it; those who run see it within a second. */
  set(offsetSeconds: number): void
  /** Sets it, and waits until those who run see it. */
  setForAll(offsetSeconds: number): Promise<void>
}

const cacheSeconds = 1

/**
 * Makes a clock by libfaketime (Debian's package faketime). Only the time of day is changed: how long something takes
 * is measured by another clock, and the times of files are the kernel's.
 */
export function labClock(lab: Lab, name: string): LabClock {
  const file = join(lab.directory, `${name}.clock`)
  const clock = {
    env: {
      // $LIB is for the dynamic linker
      LD_PRELOAD: '/usr/$LIB/faketime/libfaketimeMT.so.1',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: String(cacheSeconds),
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
    offsetSeconds: 0,
    set(offsetSeconds: number): void {
      clock.offsetSeconds = offsetSeconds
      writeFileSync(file, `${offsetSeconds < 0 ? '' : '+'}${Math.round(offsetSeconds)}\n`)
    },
    async setForAll(offsetSeconds: number): Promise<void> {
      clock.set(offsetSeconds)
      await sleep(cacheSeconds * 1500)
    },
  }
  clock.set(0)
  return clock
}
