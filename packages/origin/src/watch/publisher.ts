import { fork } from 'node:child_process'
import { once } from 'node:events'
import { type Logger, RepocastError } from '@repocast/errors'
import type { RepositoryName } from '@repocast/objects'
import type { PublishProgress } from '../publish/publish.ts'
import type { PublishMessage } from './message.ts'

export interface PublisherOptions {
  /** Data directory of the origin. */
  readonly data: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly logger: Logger
}

export interface PublishRun {
  readonly signal: AbortSignal
  readonly onStep: (step: PublishProgress['step']) => void
}

export interface Published {
  /** Whether there is a new snapshot. */
  readonly published: boolean
  readonly serial: number
}

/** Publishes the configured tree of a repository. */
export type Publisher = (repository: RepositoryName, run: PublishRun) => Promise<Published>

/** Besides what the daemon runs with, garbage is collected before it has spread over twice the memory; as `bin/repocast` has it for a publish. */
const execArgv = [...process.execArgv, '--heap-growing-percent=40']

const program = new URL(
  import.meta.url.endsWith('.ts') ? './publish-process.ts' : './publish-process.js',
  import.meta.url,
)

/**
 * A publisher that starts a process for each publish. It throws what `publishTree` throws, with code, message and
 * hint, REPOCAST_PUBLISH_ENDED when the process was killed, and the reason of the signal.
 */
export function processPublisher({ data, environment, logger }: PublisherOptions): Publisher {
  return async (repository, { signal, onStep }) => {
    signal.throwIfAborted()
    const child = fork(program, [data, repository], {
      env: environment,
      execArgv,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    // It may be killed at any time: what it leaves behind goes with the next publish.
    const kill = (): void => void child.kill('SIGKILL')
    signal.addEventListener('abort', kill, { once: true })
    let outcome: Published | RepocastError | undefined
    child.on('message', (message: PublishMessage) => {
      if (message.type === 'step') onStep(message.step)
      else if (message.type === 'log') logger[message.level]({ repository, ...message.fields }, message.message)
      else if (message.type === 'done') outcome = message
      else outcome = new RepocastError(message.error.code, message.error)
    })
    try {
      const [code, by] = (await once(child, 'close')) as [number | null, string | null]
      outcome ??= ended(`the process that published ${repository} ended by ${by ?? `exit code ${code}`}`)
    } catch (cause) {
      outcome = ended('no process can be started to publish', cause)
    } finally {
      signal.removeEventListener('abort', kill)
    }
    signal.throwIfAborted()
    if (outcome instanceof RepocastError) throw outcome
    return outcome
  }
}

function ended(message: string, cause?: unknown): RepocastError {
  return new RepocastError('REPOCAST_PUBLISH_ENDED', {
    message,
    hint: 'look at the log, and at that of the kernel when memory was short; it is tried again',
    cause,
  })
}
