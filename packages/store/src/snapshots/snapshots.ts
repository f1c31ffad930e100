import type { Database } from '@repocast/database'
import { decodeRecord, encodeRecord, type InfoHash, type RepositoryName, type SnapshotRecord } from '@repocast/objects'
import { toBytes, toInfoHash } from '../catalog/catalog.ts'

/** The snapshots whose packs the store keeps. */
export class Snapshots {
  readonly #catalog: Database
  readonly #statements

  constructor(catalog: Database) {
    this.#catalog = catalog
    this.#statements = {
      insert: catalog.prepare<[string, number, Uint8Array]>('INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?)'),
      insertPack: catalog.prepare<[string, number, Buffer]>('INSERT INTO snapshot_packs VALUES (?, ?, ?)'),
      delete: catalog.prepare<[string, number]>('DELETE FROM snapshots WHERE repository = ? AND serial = ?'),
      complete: catalog.prepare<[string, number]>('INSERT OR IGNORE INTO complete_snapshots VALUES (?, ?)'),
      incomplete: catalog.prepare<[string, number]>(
        'DELETE FROM complete_snapshots WHERE repository = ? AND serial = ?',
      ),
      completeSerials: catalog.prepare<[string], { serial: number }>(
        'SELECT serial FROM complete_snapshots WHERE repository = ? ORDER BY serial',
      ),
      get: catalog.prepare<[string, number], { record: Buffer }>(
        'SELECT record FROM snapshots WHERE repository = ? AND serial = ?',
      ),
      newest: catalog.prepare<[string], { record: Buffer }>(
        'SELECT record FROM snapshots WHERE repository = ? ORDER BY serial DESC LIMIT 1',
      ),
      after: catalog.prepare<[string, number], { record: Buffer }>(
        'SELECT record FROM snapshots WHERE repository = ? AND serial > ? ORDER BY serial LIMIT 1',
      ),
      serials: catalog.prepare<[string], { serial: number }>(
        'SELECT serial FROM snapshots WHERE repository = ? ORDER BY serial',
      ),
      repositories: catalog.prepare<[], { repository: RepositoryName }>(
        'SELECT DISTINCT repository FROM snapshots ORDER BY repository',
      ),
      repositoriesWith: catalog.prepare<[Buffer], { repository: RepositoryName }>(
        'SELECT DISTINCT repository FROM snapshot_packs WHERE info_hash = ?',
      ),
      idlePacks: catalog.prepare<[], { info_hash: Buffer }>(
        'SELECT info_hash FROM packs WHERE info_hash NOT IN (SELECT info_hash FROM snapshot_packs)',
      ),
    }
  }

  /** Keeps a snapshot, and with it its packs. */
  add(record: SnapshotRecord): void {
    const { repository, serial } = record
    this.#catalog.transaction(() => {
      this.#statements.insert.run(repository, serial, encodeRecord(record))
      for (const { infoHash } of record.packs) this.#statements.insertPack.run(repository, serial, toBytes(infoHash))
    })()
  }

  get(repository: RepositoryName, serial: number): SnapshotRecord | undefined {
    return decode(this.#statements.get.get(repository, serial))
  }

  newest(repository: RepositoryName): SnapshotRecord | undefined {
    return decode(this.#statements.newest.get(repository))
  }

  /** In growing order. */
  serials(repository: RepositoryName): number[] {
    return this.#statements.serials.all(repository).map(row => row.serial)
  }

  repositories(): RepositoryName[] {
    return this.#statements.repositories.all().map(row => row.repository)
  }

  /** Those that have a snapshot with the pack. */
  repositoriesWith(infoHash: InfoHash): RepositoryName[] {
    return this.#statements.repositoriesWith.all(toBytes(infoHash)).map(row => row.repository)
  }

  remove(repository: RepositoryName, serial: number): void {
    this.#catalog.transaction(() => {
      this.#statements.delete.run(repository, serial)
      this.#statements.incomplete.run(repository, serial)
    })()
  }

  /** Says that every object of a kept snapshot is there: it can be served without the network. */
  markComplete(repository: RepositoryName, serial: number): void {
    this.#statements.complete.run(repository, serial)
  }

  /** Those that can be served without the network, in growing order. */
  complete(repository: RepositoryName): number[] {
    return this.#statements.completeSerials.all(repository).map(row => row.serial)
  }

  /** The oldest kept snapshot behind a serial. */
  after(repository: RepositoryName, serial: number): SnapshotRecord | undefined {
    return decode(this.#statements.after.get(repository, serial))
  }

  /** Packs that no kept snapshot needs. */
  packsWithoutSnapshot(): InfoHash[] {
    return this.#statements.idlePacks.all().map(row => toInfoHash(row.info_hash))
  }
}

function decode(row: { readonly record: Buffer } | undefined): SnapshotRecord | undefined {
  return row && decodeRecord(row.record)
}
