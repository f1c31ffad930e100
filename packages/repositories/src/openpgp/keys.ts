import { RepocastError } from '@repocast/errors'
import { type Key, readKeys } from 'openpgp'

const armoredKey = /-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g

/**
 * The OpenPGP keys in `files`, armoured or binary, each with one or more. What several files tell about one key is put together.
 * @throws RepocastError REPOCAST_KEY_UNUSABLE
 */
export async function readPublicKeys(files: readonly Uint8Array[]): Promise<Key[]> {
  const keys = new Map<string, Key>()
  for (const file of files) {
    for (const key of await readFile(file)) {
      const known = keys.get(key.getFingerprint())
      keys.set(key.getFingerprint(), known === undefined ? key : await known.update(key))
    }
  }
  return [...keys.values()]
}

async function readFile(file: Uint8Array): Promise<Key[]> {
  try {
    const blocks = Buffer.from(file).toString('latin1').match(armoredKey)
    if (blocks === null) return await readKeys({ binaryKeys: file })
    const keys = await Promise.all(blocks.map(armoredKeys => readKeys({ armoredKeys })))
    return keys.flat()
  } catch (cause) {
    throw new RepocastError('REPOCAST_KEY_UNUSABLE', {
      message: 'a file that is to hold OpenPGP keys holds none that can be read',
      hint: 'export the keys that sign the repository: gpg --armor --export NAME > keys.asc',
      cause,
    })
  }
}
