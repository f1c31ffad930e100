import { renameSync, rmSync } from 'node:fs'
import { assertSound, type Database } from '@repocast/database'
import { describeError, isRepocastError, type Logger } from '@repocast/errors'
import { explainDiskError } from '@repocast/files'
import { openCatalog } from './catalog.ts'

/**
 * Opens a catalog whose content can be had again, from the files beside it and from the feed. One that is damaged is put
 * aside, in the place of one that was before, and an empty one is opened.
 * @throws as `openCatalog`, but not REPOCAST_DATABASE_CORRUPT; RepocastError REPOCAST_DISK_REFUSED
 */
export function openRebuildableCatalog(path: string, logger: Logger): Database {
  try {
    return openSound(path)
  } catch (error) {
    if (!isRepocastError(error, 'REPOCAST_DATABASE_CORRUPT')) throw error
    const aside = `${path}.damaged`
    putAside(path, aside)
    logger.error({ error: describeError(error), aside }, 'the catalog is damaged: it is made again from the files')
    return openCatalog(path)
  }
}

function openSound(path: string): Database {
  const catalog = openCatalog(path)
  try {
    assertSound(catalog)
    return catalog
  } catch (error) {
    catalog.close()
    throw error
  }
}

function putAside(path: string, aside: string): void {
  try {
    // What waits in the log belongs to the damaged file.
    for (const log of [`${path}-wal`, `${path}-shm`]) rmSync(log, { force: true })
    renameSync(path, aside)
  } catch (error) {
    throw explainDiskError(error, 'move', path)
  }
}
