import type { RepositoryState, RepositoryStatus } from '@repocast/api'
import { describeError, isRepocastError } from '@repocast/errors'

/** What a mirror is at, and why its last update failed. */
export class MirrorState {
  #now: RepositoryState = 'waiting'
  #error: RepositoryStatus['error'] = null
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get now(): RepositoryState {
    return this.#now
  }

  /** Null when the last update did not fail. */
  get error(): RepositoryStatus['error'] {
    return this.#error
  }

  become(state: RepositoryState): void {
    if (state === this.#now) return
    this.#now = state
    this.#onChange()
  }

  succeeded(): void {
    this.#error = null
  }

  /** Nobody is told yet. @returns what is to be told */
  failed(error: unknown): NonNullable<RepositoryStatus['error']> {
    const code = isRepocastError(error) ? error.code : 'REPOCAST_INTERNAL'
    const told = { code, message: describeError(error).slice(0, 900) }
    this.#error = told
    this.#now = waits(error) ? 'paused' : 'failed'
    return told
  }
}

/** Whether it goes on when somebody has made room, mended the disk, or agrees. */
function waits(error: unknown): boolean {
  if (!isRepocastError(error)) return false
  const forAdmin = ['REPOCAST_SNAPSHOT_WIPES', 'REPOCAST_SWAP_VETOED', 'REPOCAST_TRANSFER_VETOED']
  return error.kind === 'disk' || forAdmin.includes(error.code)
}
