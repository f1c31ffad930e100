import { readFile } from 'node:fs/promises'
import { isRepocastError, RepocastError } from '@repocast/errors'
import { openPgpVerifier, type SignatureVerifier } from '@repocast/repositories'

/**
 * Verifies signatures with the OpenPGP keys in the file at `path`, armoured or binary; undefined without a file.
 * @throws RepocastError REPOCAST_KEYRING_UNUSABLE
 */
export async function verifierOf(path: string | undefined, clock: () => Date): Promise<SignatureVerifier | undefined> {
  if (path === undefined) return undefined
  try {
    return await openPgpVerifier([await readFile(path)], clock)
  } catch (cause) {
    throw new RepocastError('REPOCAST_KEYRING_UNUSABLE', {
      message: `no OpenPGP keys can be read from ${path}`,
      hint: isRepocastError(cause) ? cause.hint : 'name a file of keys, such as gpg --export --armor writes',
      cause,
    })
  }
}
