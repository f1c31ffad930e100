import { RepocastError } from '@repocast/errors'

/** The error for a .torrent that is not what the format of packs demands. */
export function malformed(what: string, cause?: unknown): RepocastError {
  return new RepocastError('REPOCAST_PACK_MALFORMED', {
    message: `the .torrent of a pack is malformed: ${what}`,
    hint: 'if the origin published it so, it has a fault; publish again with a current repocast',
    cause,
  })
}
