import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { PackageChangesDocument } from '@repocast/api'
import { RepocastError } from '@repocast/errors'
import type { RepositoryName } from '@repocast/objects'

/** Changes that are named; all are counted. */
export const maxNamedChanges = 500
const timeoutMilliseconds = 10 * 60 * 1000

/** What became of the packages of a repository between two snapshots. */
export type PackageChanges = Pick<PackageChangesDocument, 'counts' | 'unknown' | 'changes'>

/** What the comparing process tells. */
export type PackageChangesMessage =
  | ({ readonly type: 'done' } & PackageChanges)
  | { readonly type: 'failed'; readonly message: string }

export interface PackageComparison {
  readonly repository: RepositoryName
  /** Serials. */
  readonly before: number
  readonly after: number
}

/** Compares the packages of two snapshots. */
export type PackageComparer = (comparison: PackageComparison, signal: AbortSignal) => Promise<PackageChanges>

/**
 * What newest snapshots changed in packages: compared when somebody asks, one at a time, and remembered until there is
 * a newer one. `stop` it.
 */
export class NewestPackageChanges {
  readonly #compare: PackageComparer
  readonly #asked = new Map<RepositoryName, { readonly after: number; readonly changes: Promise<PackageChanges> }>()
  readonly #stopped = new AbortController()
  #last: Promise<unknown> = Promise.resolve()

  constructor(compare: PackageComparer) {
    this.#compare = compare
  }

  /** @throws what the comparer throws */
  async of(comparison: PackageComparison): Promise<PackageChanges> {
    const { repository, after } = comparison
    const known = this.#asked.get(repository)
    if (known?.after === after) return await known.changes
    const changes = this.#last.then(async () => await this.#compare(comparison, this.#stopped.signal))
    this.#last = changes.catch(() => {})
    this.#asked.set(repository, { after, changes })
    try {
      return await changes
    } catch (error) {
      if (this.#asked.get(repository)?.changes === changes) this.#asked.delete(repository)
      throw error
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#last
  }
}

const program = new URL(
  import.meta.url.endsWith('.ts') ? './package-changes-process.ts' : './package-changes-process.js',
  import.meta.url,
)

/** A comparer that starts a process. It throws REPOCAST_INTERNAL, and the reason of the signal. */
export function processComparer(
  data: string,
  environment: Readonly<Record<string, string | undefined>>,
): PackageComparer {
  return async ({ repository, before, after }, signal) => {
    signal.throwIfAborted()
    const stop = AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)])
    const args = [data, repository, String(before), String(after)]
    const child = fork(program, args, { env: environment, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const kill = (): void => void child.kill('SIGKILL')
    stop.addEventListener('abort', kill, { once: true })
    let told: PackageChangesMessage | undefined
    child.on('message', (message: PackageChangesMessage) => {
      told = message
    })
    try {
      await once(child, 'close')
    } finally {
      stop.removeEventListener('abort', kill)
    }
    signal.throwIfAborted()
    if (told?.type === 'done') return { counts: told.counts, unknown: told.unknown, changes: told.changes }
    throw new RepocastError('REPOCAST_INTERNAL', {
      message: `the packages of ${repository} ${before} and ${after} could not be compared: ${told?.message ?? 'the process ended before it was done'}`,
      hint: '`repocast origin diff` tells more',
    })
  }
}
