import { backoff } from '@repocast/errors'
import type { Random } from '../picker/random.ts'
import type { AnnounceResponse } from './announce-response.ts'

/** When a tracker that says nothing is asked again. */
const usualIntervalSeconds = 1800
/** No tracker is asked more often, whatever it says. */
const shortestIntervalSeconds = 5
const longestIntervalSeconds = 24 * 3600
/** Who lacks pieces and knows no peer asks again after this, unless the tracker forbids it. */
const hungryIntervalSeconds = 60
/** Seconds after failures. */
const retry = { first: 5, most: 30 * 60 }

/** Seconds until the next announce after an answer. Spread by a tenth, so that packs do not move in step. */
export function secondsAfterAnswer(
  { intervalSeconds, minIntervalSeconds }: Pick<AnnounceResponse, 'intervalSeconds' | 'minIntervalSeconds'>,
  { isHungry, random }: { readonly isHungry: boolean; readonly random: Random },
): number {
  const interval = clamp(intervalSeconds ?? usualIntervalSeconds, shortestIntervalSeconds, longestIntervalSeconds)
  const least = Math.max(minIntervalSeconds ?? hungryIntervalSeconds, shortestIntervalSeconds)
  const seconds = isHungry ? Math.min(interval, least) : interval
  return seconds * (1 - 0.1 * random())
}

/** Seconds until the next announce after the `failures`th failure in a row, Infinity when the tracker said never. */
export function secondsAfterFailure(failures: number, retrySeconds: number | undefined, random: Random): number {
  return retrySeconds === undefined ? backoff(failures, retry, random) : Math.max(retrySeconds, retry.first)
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
