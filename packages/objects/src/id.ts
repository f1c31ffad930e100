import { createHash } from 'node:crypto'
import { RepocastError } from '@repocast/errors'

/** SHA-256 of an object's bytes, 64 lower-case hexadecimal digits. */
export type ObjectId = string & { readonly brand: 'ObjectId' }

const pattern = /^[0-9a-f]{64}$/

/** @throws RepocastError REPOCAST_OBJECT_BAD_ID */
export function parseObjectId(text: string): ObjectId {
  if (!pattern.test(text)) {
    throw new RepocastError('REPOCAST_OBJECT_BAD_ID', {
      message: `${JSON.stringify(text.slice(0, 80))} is not an object id (64 lower-case hexadecimal digits)`,
    })
  }
  return text as ObjectId // the only cast: every ObjectId comes through here
}

/** The id of `bytes`. */
export function objectIdOf(bytes: Uint8Array): ObjectId {
  return parseObjectId(createHash('sha256').update(bytes).digest('hex'))
}

/** The blob without bytes. Every store holds it by definition, so that no pack carries it. */
export const emptyBlobId: ObjectId = objectIdOf(new Uint8Array())
