import type { WebhookOutcome } from './send.ts'

/** What a webhook did not take for so long is given up. */
export const giveUpAfterMilliseconds = 3 * 24 * 3600 * 1000

/** Seconds. */
const first = 1
const longest = 3600

/**
 * Seconds to wait after the `failures`th failure in a row, from 1: twice as long each time up to an hour, by chance
 * up to half of it less, so that not everybody comes again at once. `random` gives numbers in [0, 1). Pure.
 */
export function retryDelaySeconds(failures: number, random: () => number): number {
  const full = Math.min(longest, first * 2 ** (failures - 1))
  return full * (1 - random() / 2)
}

/** As `retryDelaySeconds`, but not before the receiver asks to be told again, up to an hour. Pure. */
export function retryPauseSeconds(outcome: WebhookOutcome, failures: number, random: () => number): number {
  const asked = outcome.kind === 'unavailable' ? (outcome.retryAfterSeconds ?? 0) : 0
  return Math.max(retryDelaySeconds(failures, random), Math.min(asked, longest))
}
