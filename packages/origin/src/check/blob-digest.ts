import { RepocastError, systemErrorCode } from '@repocast/errors'
import { digestFileHere, type HashPool } from '@repocast/files'
import type { Algorithm } from '@repocast/repositories'

/** Files up to this size, in bytes, are hashed at once: their way to another thread takes longer. */
const hashedHere = 64 * 1024

/**
 * Digest of the blob whose content lies at `path`, computed in a thread unless it is small.
 * @throws RepocastError REPOCAST_OBJECT_MISSING, REPOCAST_DISK_REFUSED
 */
export async function blobDigest(
  path: Buffer | string,
  sizeBytes: number,
  algorithm: Algorithm,
  hashPool: HashPool,
): Promise<string> {
  try {
    const { digest } =
      sizeBytes <= hashedHere ? digestFileHere(path, algorithm) : await hashPool.digestFile(path, algorithm)
    return digest
  } catch (cause) {
    if (systemErrorCode(cause) !== 'ENOENT') throw cause
    throw new RepocastError('REPOCAST_OBJECT_MISSING', { message: `${path} is not there any more`, cause })
  }
}
