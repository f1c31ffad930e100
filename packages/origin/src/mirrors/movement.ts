import type { AgentStatus } from '@repocast/api'
import type { Movement } from './history.ts'

type Counters = Pick<
  AgentStatus,
  'started' | 'uploadedBytes' | 'fromMirrorsBytes' | 'fromOriginBytes' | 'fromWebSeedBytes'
>

/** What a mirror moved between two of its reports; its counters begin at zero whenever it starts. Pure. */
export function movementBetween(before: Counters | undefined, now: Counters): Omit<Movement, 'lagSeconds'> {
  const goesOn = before !== undefined && before.started === now.started
  const gain = (count: (status: Counters) => number) => Math.max(0, count(now) - (goesOn ? count(before) : 0))
  const fromOrigin = gain(status => status.fromOriginBytes + status.fromWebSeedBytes)
  return {
    given: gain(status => status.uploadedBytes),
    taken: gain(status => status.fromMirrorsBytes) + fromOrigin,
    fromOrigin,
  }
}
