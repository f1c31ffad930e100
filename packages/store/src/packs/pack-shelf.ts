import { readFileSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Database } from '@repocast/database'
import { isRepocastError, RepocastError, systemErrorCode } from '@repocast/errors'
import { onDisk, writeFileDurably } from '@repocast/files'
import { type InfoHash, type ObjectId, objectIdOf, type PackReference, parseInfoHash } from '@repocast/objects'
import { type Pack, packReference, parsePack, RestingPack, rereadPack } from '@repocast/packs'
import { durably, toBytes, toInfoHash, toObjectId } from '../catalog/catalog.ts'
import type { Layout } from '../layout.ts'

interface PackRow {
  readonly info_hash: Buffer
  readonly bytes: number
  readonly objects: number
  readonly torrent_id: Buffer
  readonly torrent_bytes: number
}

/** The packs that the store knows: their .torrent files, and which object is in which. */
export class PackShelf {
  readonly #layout: Layout
  readonly #catalog: Database
  readonly #statements

  constructor(layout: Layout, catalog: Database) {
    this.#layout = layout
    this.#catalog = catalog
    this.#statements = {
      list: catalog.prepare<[], PackRow>('SELECT * FROM packs ORDER BY number'),
      number: catalog.prepare<[Buffer], { number: number }>('SELECT number FROM packs WHERE info_hash = ?'),
      torrentId: catalog.prepare<[Buffer], { torrent_id: Buffer }>('SELECT torrent_id FROM packs WHERE info_hash = ?'),
      insert: catalog.prepare<[Buffer, number, number, Buffer, number]>(
        'INSERT INTO packs (info_hash, bytes, objects, torrent_id, torrent_bytes) VALUES (?, ?, ?, ?, ?)',
      ),
      insertObject: catalog.prepare<[Buffer, number | bigint]>('INSERT INTO pack_objects (object, pack) VALUES (?, ?)'),
      delete: catalog.prepare<[Buffer]>(
        `DELETE FROM packs WHERE info_hash = ?
         AND NOT EXISTS (SELECT 1 FROM snapshot_packs WHERE snapshot_packs.info_hash = packs.info_hash)`,
      ),
      locate: catalog.prepare<[Buffer], { info_hash: Buffer }>(
        'SELECT info_hash FROM pack_objects JOIN packs ON number = pack WHERE object = ?',
      ),
    }
  }

  /** All packs, oldest first. */
  list(): PackReference[] {
    return this.#statements.list.all().map(row => ({
      infoHash: toInfoHash(row.info_hash),
      torrentId: toObjectId(row.torrent_id),
      torrentBytes: row.torrent_bytes,
      bytes: row.bytes,
      objects: row.objects,
    }))
  }

  has(infoHash: InfoHash): boolean {
    return this.#statements.number.get(toBytes(infoHash)) !== undefined
  }

  /** The row number of a pack. @throws RepocastError REPOCAST_PACK_UNKNOWN */
  number(infoHash: InfoHash): number {
    const row = this.#statements.number.get(toBytes(infoHash))
    if (row) return row.number
    throw new RepocastError('REPOCAST_PACK_UNKNOWN', {
      message: `the pack ${infoHash} is not in ${this.#layout.directory}`,
    })
  }

  /**
   * Takes a .torrent in: first the file, durable, then the rows. Adding it again changes nothing.
   * @throws what `parsePack` throws; RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
   */
  async add(torrent: Buffer): Promise<Pack> {
    const pack = await parsePack(torrent)
    if (this.has(pack.infoHash)) return pack
    await writeFileDurably(this.#layout.torrent(pack.infoHash), torrent)
    this.#insert(torrent, pack)
    return pack
  }

  /** Records the packs whose .torrent files lie there: the catalog is new, or was lost. Damaged ones are passed over. */
  async rebuild(): Promise<void> {
    const { torrents } = this.#layout
    for (const name of await onDisk('read', torrents, async () => await readdir(torrents))) {
      const path = join(torrents, name)
      try {
        const torrent = await onDisk('read', path, async () => await readFile(path))
        const pack = await parsePack(torrent)
        if (name === basename(this.#layout.torrent(pack.infoHash)) && !this.has(pack.infoHash))
          this.#insert(torrent, pack)
      } catch (error) {
        if (!isRepocastError(error) || error.kind === 'disk') throw error
      }
    }
  }

  #insert(torrent: Buffer, pack: Pack): void {
    const reference = packReference(torrent, pack)
    this.#catalog.transaction(() => {
      const { lastInsertRowid } = this.#statements.insert.run(
        toBytes(pack.infoHash),
        pack.bytes,
        pack.objectCount,
        toBytes(reference.torrentId),
        torrent.length,
      )
      for (let k = 0; k < pack.objectCount; k += 1) {
        this.#statements.insertObject.run(toBytes(pack.objectId(k)), lastInsertRowid)
      }
    })()
  }

  /**
   * Puts the .torrent of a known pack down again, because its file is gone or damaged.
   * @throws RepocastError REPOCAST_OBJECT_ROTTEN when it is another one, REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
   */
  async restore(infoHash: InfoHash, torrent: Buffer): Promise<void> {
    await writeFileDurably(this.#layout.torrent(infoHash), this.#verified(infoHash, torrent))
  }

  /**
   * The bytes of a .torrent, verified.
   * @throws RepocastError REPOCAST_PACK_UNKNOWN, REPOCAST_OBJECT_ROTTEN
   */
  async torrent(infoHash: InfoHash): Promise<Buffer> {
    const path = this.#layout.torrent(infoHash)
    try {
      return this.#verified(infoHash, await onDisk('read', path, async () => await readFile(path)))
    } catch (cause) {
      if (systemErrorCode(cause) !== 'ENOENT') throw cause
      throw new RepocastError('REPOCAST_PACK_UNKNOWN', { message: `there is no ${path}`, cause })
    }
  }

  /** @throws RepocastError REPOCAST_OBJECT_ROTTEN */
  #verified(infoHash: InfoHash, torrent: Buffer): Buffer {
    const torrentId = this.#statements.torrentId.get(toBytes(infoHash))?.torrent_id
    if (torrentId?.toString('hex') === objectIdOf(torrent)) return torrent
    throw new RepocastError('REPOCAST_OBJECT_ROTTEN', {
      message: `${this.#layout.torrent(infoHash)} is not the .torrent that was put there`,
      hint: 'restore the file, or remove the pack so that it is fetched again; and check the disk',
    })
  }

  /** A pack that may rest. @throws RepocastError REPOCAST_PACK_UNKNOWN, and what `parsePack` throws */
  async open(infoHash: InfoHash): Promise<RestingPack> {
    const pack = await parsePack(await this.torrent(infoHash))
    const path = this.#layout.torrent(infoHash)
    const resting = new RestingPack(pack, () => rereadPack(this.#verified(infoHash, readFileSync(path)), resting))
    return resting
  }

  /** The packs that hold the object. */
  locate(id: ObjectId): InfoHash[] {
    return this.#statements.locate.all(toBytes(id)).map(row => toInfoHash(row.info_hash))
  }

  /** Forgets packs, but those that a kept snapshot names by now. Their objects stay until they are collected. */
  async remove(infoHashes: readonly InfoHash[]): Promise<void> {
    if (infoHashes.length === 0) return
    // Durable before the files go: a row without its file would be a pack that cannot be opened.
    durably(this.#catalog, () => {
      for (const infoHash of infoHashes) this.#statements.delete.run(toBytes(infoHash))
    })
    for (const infoHash of infoHashes) {
      if (!this.has(infoHash)) await rm(this.#layout.torrent(infoHash), { force: true })
    }
  }

  /** Removes .torrent files of packs that nobody knows: what a killed `add` or `remove` left. Not while packs are added. */
  async removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.#layout.torrents)) {
      const [, infoHash] = /^([0-9a-f]{40})\.torrent/.exec(name) ?? []
      if (infoHash !== undefined && this.has(parseInfoHash(infoHash))) continue
      await rm(join(this.#layout.torrents, name), { force: true })
    }
  }

  /** Whether `torrent` is the .torrent that `reference` names. */
  static matches(reference: PackReference, torrent: Uint8Array): boolean {
    return torrent.length === reference.torrentBytes && objectIdOf(torrent) === reference.torrentId
  }
}
