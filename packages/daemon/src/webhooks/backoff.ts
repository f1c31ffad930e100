import { backoff } from '@repocast/errors'
import type { WebhookOutcome } from './send.ts'

/** What a webhook did not take for so long is given up. */
export const giveUpAfterMilliseconds = 3 * 24 * 3600 * 1000

const bounds = { first: 1, most: 3600 }

/**
 * Seconds to wait after the `failures`th failure in a row, from 1: longer each time up to an hour, and not before the
 * receiver asks to be told again, up to an hour. Pure.
 */
export function retryPauseSeconds(outcome: WebhookOutcome, failures: number, random: () => number): number {
  const asked = outcome.kind === 'unavailable' ? (outcome.retryAfterSeconds ?? 0) : 0
  return Math.max(backoff(failures, bounds, random), Math.min(asked, bounds.most))
}
