import { hash } from 'node:crypto'
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
  return text as ObjectId // every ObjectId of others comes through here
}

/** The id of `bytes`. */
export function objectIdOf(bytes: Uint8Array): ObjectId {
  return hash('sha256', bytes, 'hex') as ObjectId // as `parseObjectId` would find it
}

/** The blob without bytes. Every store holds it by definition, so that no pack carries it. */
export const emptyBlobId: ObjectId = objectIdOf(new Uint8Array())
