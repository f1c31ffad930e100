import type { Database } from '@repocast/database'
import { emptyBlobId, type InfoHash } from '@repocast/objects'
import { toBytes } from '../catalog/catalog.ts'

/** How much a collection removes. */
export interface CollectionPlan {
  readonly objects: number
  /** Of these objects. */
  readonly bytes: number
}

/**
 * How much a collection would remove if the store had not the packs `without`: objects that no other pack holds.
 * Whatever a kept snapshot needs is in a pack of it. Changes nothing.
 */
export function planCollection(catalog: Database, without: readonly InfoHash[] = []): CollectionPlan {
  const leaving = JSON.stringify(without)
  const plan = catalog
    .prepare<[string, Buffer], CollectionPlan>(
      `WITH leaving AS MATERIALIZED (
         SELECT number FROM packs WHERE lower(hex(info_hash)) IN (SELECT value FROM json_each(?))
       )
       SELECT count(*) AS objects, ifnull(sum(size), 0) AS bytes FROM objects
       WHERE id <> ? AND NOT EXISTS (
         SELECT 1 FROM pack_objects WHERE object = id AND pack NOT IN (SELECT number FROM leaving)
       ) AND NOT EXISTS (SELECT 1 FROM kept_files WHERE object = id)
         AND NOT EXISTS (SELECT 1 FROM selection_objects WHERE object = id)`,
    )
    .get(leaving, toBytes(emptyBlobId))
  return plan ?? { objects: 0, bytes: 0 }
}
