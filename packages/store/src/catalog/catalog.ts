import { type Database, openDatabase } from '@repocast/database'
import { type InfoHash, type ObjectId, parseInfoHash, parseObjectId } from '@repocast/objects'

const applicationId = 0x72636174 // "rcat"

/** @throws what `openDatabase` throws */
export function openCatalog(path: string): Database {
  return openDatabase(path, { applicationId, migrations: new URL('../../sql/', import.meta.url) })
}

/**
 * Runs a transaction that is on the disk when this returns, and with it all that was committed before. Other
 * transactions are consistent after a power loss, but the last of them may be lost (WAL, `synchronous = NORMAL`).
 * For rows that have to be there before files are changed.
 */
export function durably<T>(catalog: Database, act: () => T): T {
  catalog.pragma('synchronous = FULL')
  try {
    return catalog.transaction(act)()
  } finally {
    catalog.pragma('synchronous = NORMAL')
  }
}

export function toBytes(hex: ObjectId | InfoHash): Buffer {
  return Buffer.from(hex, 'hex')
}

export function toObjectId(bytes: Buffer): ObjectId {
  return parseObjectId(bytes.toString('hex'))
}

export function toInfoHash(bytes: Buffer): InfoHash {
  return parseInfoHash(bytes.toString('hex'))
}
