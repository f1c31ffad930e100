import { formatBytes } from '@repocast/daemon'
import { RepocastError } from '@repocast/errors'
import type { DiskSpace } from '@repocast/files'

/** How much of a disk stays free: bytes, or a share of it from 0 to 1. */
export type Reserve = { readonly bytes: number } | { readonly share: number }

/** Refuses a download for which there is no room. */
export class FreeSpaceGuard {
  readonly #directory: string
  readonly #reserve: Reserve
  readonly #space: () => DiskSpace | undefined

  /** `space` may not know. */
  constructor(directory: string, reserve: Reserve, space: () => DiskSpace | undefined) {
    this.#directory = directory
    this.#reserve = reserve
    this.#space = space
  }

  /** @throws RepocastError REPOCAST_DISK_NO_ROOM when `neededBytes` do not fit beside the reserve */
  assertRoom(neededBytes: number): void {
    const space = this.#space()
    if (space === undefined || neededBytes === 0) return
    const reserveBytes = reserveOf(this.#reserve, space)
    if (space.freeBytes - reserveBytes >= neededBytes) return
    throw new RepocastError('REPOCAST_DISK_NO_ROOM', {
      message: `need ${formatBytes(neededBytes)} in ${this.#directory}, ${formatBytes(space.freeBytes)} are free, of which ${formatBytes(reserveBytes)} stay free`,
      hint: 'free space, lower `keep-generations` or `reserve` in agent.yaml, or move the data to a larger filesystem',
    })
  }
}

/** Bytes that stay free. Pure. */
export function reserveOf(reserve: Reserve, { totalBytes }: DiskSpace): number {
  return 'bytes' in reserve ? reserve.bytes : Math.ceil(totalBytes * reserve.share)
}
