import { type Database, openDatabase } from '@repocast/database'
import { type InfoHash, type ObjectId, parseInfoHash, parseObjectId } from '@repocast/objects'

const applicationId = 0x72636174 // "rcat"

/** @throws what `openDatabase` throws */
export function openCatalog(path: string): Database {
  return openDatabase(path, { applicationId, migrations: new URL('../../sql/', import.meta.url) })
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
