import { type Database, openDatabase } from '@repocast/database'

/** What may not be gone below again: versions of metadata by role, and serials as `serial REPOSITORY`. */
export interface TrustFloor {
  lowest(name: string): number
  /** Raises floors; one that is higher already stays. All of them or none. */
  raise(floors: Readonly<Record<string, number>>): void
}

const applicationId = 0x72637472 // "rctr"

/** Floors in a database of their own, so that a catalog that is rebuilt does not lower them. Its opener closes it. */
export function openTrustDatabase(path: string): Database {
  return openDatabase(path, { applicationId, migrations: new URL('../../sql/', import.meta.url) })
}

/** The floors of one feed, named by the fingerprint of its first root. */
export function createTrustFloor(database: Database, rootFingerprint: string): TrustFloor {
  const select = database.prepare<[string, string], { lowest: number }>(
    'SELECT lowest FROM floors WHERE feed = ? AND name = ?',
  )
  const raise = database.prepare<[string, string, number]>(
    `INSERT INTO floors VALUES (?, ?, ?)
     ON CONFLICT (feed, name) DO UPDATE SET lowest = max(lowest, excluded.lowest)`,
  )
  return {
    lowest: name => select.get(rootFingerprint, name)?.lowest ?? 0,
    raise: floors =>
      database.transaction(() => {
        for (const [name, lowest] of Object.entries(floors)) raise.run(rootFingerprint, name, lowest)
      })(),
  }
}
