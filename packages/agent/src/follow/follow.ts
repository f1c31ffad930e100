import { describeError, isRepocastError, type Logger } from '@repocast/errors'
import type { Mirror } from './mirror.ts'
import type { Wake } from './wake.ts'

export interface FollowOptions {
  readonly mirror: Mirror
  readonly wake: Wake
  readonly pollSeconds: number
  /** Whether nobody fetches much from here now. */
  readonly isQuiet: () => boolean
  readonly logger: Logger
  readonly signal: AbortSignal
  /** From 0 to below 1. */
  readonly random: () => number
  readonly clock: () => Date
}

const firstRetrySeconds = 2

const lookMs = 1000

/** After ten minutes it is time for the spare anyway. */
const mostLooks = 600

/** Why an update was ended: there is something else to serve. */
class Superseded extends Error {}

/**
 * Keeps a mirror at the newest snapshot until the signal. Errors are told once and retried.
 * @throws RepocastError REPOCAST_DATABASE_CORRUPT: that takes a new start
 */
export async function followRepository(options: FollowOptions): Promise<void> {
  const { mirror, wake, pollSeconds, logger, signal, random, clock } = options
  let retrySeconds = firstRetrySeconds
  let told: unknown
  while (!signal.aborted) {
    let pause = pollSeconds
    /** When a snapshot that waits is to be served. */
    let due = Number.POSITIVE_INFINITY
    try {
      await mirror.dropKept()
      await updateUntilSuperseded(options)
      retrySeconds = firstRetrySeconds
      due = mirror.nextDue?.getTime() ?? Number.POSITIVE_INFINITY
      if (!(await untilQuiet(options, due))) continue
      await mirror.prepareSpare(signal)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Superseded) continue
      if (isRepocastError(error, 'REPOCAST_DATABASE_CORRUPT')) throw error
      // A snapshot that was refused is refused with the same error until there is another.
      if (error !== told) tell(error, mirror, logger)
      told = error
      pause = Math.min(pollSeconds, retrySeconds)
      retrySeconds *= 2
    }
    // Mirrors that started together must not ask together for ever.
    const milliseconds = pause * 1000 * (0.75 + random() / 2)
    const untilDue = Math.max(0, due - clock().getTime())
    await wake.sleep(Math.min(milliseconds, untilDue), signal).catch(() => {})
  }
}

/**
 * The spare generation is for the next update, and costs a link per file: it waits while other mirrors fetch from here.
 * @returns false when there is news before, or something to be served
 */
async function untilQuiet({ wake, isQuiet, signal, clock }: FollowOptions, due: number): Promise<boolean> {
  for (let looks = 0; looks < mostLooks; looks += 1) {
    if ((await wake.sleep(lookMs, signal)) || clock().getTime() >= due) return false
    if (isQuiet()) return true
  }
  return true
}

/** One update, ended early when the feed has something newer than what it fetches, or the admin wants something else. */
async function updateUntilSuperseded({ mirror, wake, pollSeconds, signal }: FollowOptions): Promise<void> {
  const superseded = new AbortController()
  const done = new AbortController()
  const watch = async (): Promise<void> => {
    const watching = AbortSignal.any([signal, done.signal])
    while (!watching.aborted) {
      await wake.sleep(pollSeconds * 1000, watching).catch(() => {})
      if (watching.aborted) return
      // What is wrong with the feed is told by the next update.
      await mirror.look(watching).catch(() => {})
      if (mirror.isSuperseded) superseded.abort(new Superseded())
    }
  }
  const update = mirror.update(AbortSignal.any([signal, superseded.signal]))
  const watching = watch()
  try {
    await update
  } catch (error) {
    throw superseded.signal.aborted && !signal.aborted ? superseded.signal.reason : error
  } finally {
    done.abort()
    await watching
  }
}

function tell(error: unknown, mirror: Mirror, logger: Logger): void {
  const fields = { repository: mirror.repository, error: describeError(error) }
  if (isRepocastError(error))
    logger.warn({ ...fields, code: error.code, hint: error.hint }, 'the update failed, it is tried again')
  else
    logger.error(
      { ...fields, stack: error instanceof Error ? error.stack : undefined },
      'the update failed unexpectedly, it is tried again',
    )
}
