import { lstatSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isRepocastError, type Logger, systemErrorCode } from '@repocast/errors'
import { type HashPool, type Met, walk } from '@repocast/files'
import { type ObjectId, parseObjectId } from '@repocast/objects'
import type { AdoptedLook, Ingest, IngestMethod, Store } from '@repocast/store'

/** What was found in a directory that is adopted. */
export interface AdoptedCounts {
  /** Regular files that were looked at, and their bytes. */
  readonly files: number
  readonly bytes: number
  /** Objects of the snapshot that were found and are in the store now: by a second name of the same file, or by a copy. */
  readonly linked: number
  readonly copied: number
  readonly bytesKept: number
}

export interface AdoptFilesOptions {
  readonly store: Store
  readonly hashPool: HashPool
  /** Absolute, without links in it. */
  readonly directory: string
  readonly logger: Logger
  readonly signal: AbortSignal
  readonly onProgress: (counts: AdoptedCounts) => void
}

/** Files that are hashed at the same time, at most. */
const filesAtOnce = 64

/** What a crash may lose of the work, in milliseconds. */
const commitMs = 10_000

const sharesNothing: ReadonlySet<string> = new Set(['EXDEV', 'EMLINK', 'EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP'])

/**
 * Hashes the files of a directory and takes those into the store that a pack of it holds, by hard link where that can
 * be, else by a copy that shares blocks where that can be. Nothing in the directory is changed. When it was interrupted,
 * files that look as they did are not read again.
 * @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED; the reason of `signal`
 */
export async function adoptFiles(options: AdoptFilesOptions): Promise<AdoptedCounts> {
  const adoption = new Adoption(options)
  let batch: Met[] = []
  try {
    for (const met of walk(Buffer.from(options.directory))) {
      if (met.event !== 'file') continue
      batch.push(met)
      if (batch.length < filesAtOnce) continue
      await adoption.take(batch)
      batch = []
    }
    await adoption.take(batch)
  } finally {
    await adoption.commit()
  }
  return adoption.counts
}

class Adoption {
  counts: AdoptedCounts = { files: 0, bytes: 0, linked: 0, copied: 0, bytesKept: 0 }
  readonly #with: AdoptFilesOptions
  readonly #ingest: Ingest
  #looked: [Buffer, AdoptedLook][] = []
  #committedAt = performance.now()

  constructor(options: AdoptFilesOptions) {
    this.#with = options
    this.#ingest = options.store.ingest()
  }

  async take(files: readonly Met[]): Promise<void> {
    this.#with.signal.throwIfAborted()
    const results = await Promise.allSettled(files.map(async file => await this.#takeFile(file)))
    for (const result of results) if (result.status === 'rejected') throw result.reason
    if (this.#ingest.isFull || performance.now() > this.#committedAt + commitMs) await this.commit()
    this.#with.onProgress(this.counts)
    await nextTurn()
  }

  /** First the objects, then what is remembered of their files: links and their names change the ctime. */
  async commit(): Promise<void> {
    const looked = this.#looked
    this.#looked = []
    await this.#ingest.commit()
    this.#with.store.adoptedFiles.put(looked.flatMap(([path, before]) => lookAgain(path, before)))
    this.#committedAt = performance.now()
  }

  async #takeFile({ path, stat }: Met): Promise<void> {
    const { store, hashPool, logger } = this.#with
    const size = Number(stat.size)
    this.#count({ files: 1, bytes: size })
    if (size === 0 || store.adoptedFiles.has(path, stat)) return
    try {
      const { digest, before, after } = await hashPool.sha256File(path)
      const isSteady = before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs
      if (!isSteady) throw new Error('it changes while it is read')
      const id = parseObjectId(digest)
      if (store.packs.locate(id).length > 0 && !this.#ingest.has(id)) await this.#keep(path, id, size, after.mtimeNs)
      this.#looked.push([path, lstatSync(path, { bigint: true })])
    } catch (error) {
      // a full disk ends it; one file that cannot be had is fetched instead
      if (isRepocastError(error, 'REPOCAST_DISK_FULL')) throw error
      logger.warn({ path: path.toString(), error: String(error) }, 'a file cannot be adopted')
    }
  }

  async #keep(path: Buffer, id: ObjectId, size: number, mtimeNs: bigint): Promise<void> {
    const { method, temporary } = await this.#linkOrCopy(path)
    // another file with the same content may have been faster; and what was hashed must be what was taken
    const taken = lstatSync(temporary, { bigint: true })
    const isSame = Number(taken.size) === size && lstatSync(path, { bigint: true }).mtimeNs === mtimeNs
    if (this.#ingest.has(id) || !isSame) {
      await rm(temporary)
      return
    }
    this.#ingest.stage(id, size, temporary)
    this.#count({ bytesKept: size, ...(method === 'hardlink' ? { linked: 1 } : { copied: 1 }) })
  }

  async #linkOrCopy(path: Buffer): Promise<{ method: IngestMethod; temporary: string }> {
    try {
      return { method: 'hardlink', temporary: await this.#ingest.take(path, 'hardlink') }
    } catch (error) {
      const cause = isRepocastError(error, 'REPOCAST_DISK_REFUSED') ? error.cause : error
      if (!sharesNothing.has(systemErrorCode(cause) ?? '')) throw error
      return { method: 'copy', temporary: await this.#ingest.take(path, 'copy') }
    }
  }

  #count(more: Partial<AdoptedCounts>): void {
    const counts = { ...this.counts }
    for (const key of Object.keys(more) as (keyof AdoptedCounts)[]) counts[key] += more[key] ?? 0
    this.counts = counts
  }
}

/** How a file looks now, if its content can be what it was. */
function lookAgain(path: Buffer, before: AdoptedLook): [Buffer, AdoptedLook][] {
  const now = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  const isSame = now?.size === before.size && now.mtimeNs === before.mtimeNs && now.ino === before.ino
  return now && isSame ? [[path, now]] : []
}
