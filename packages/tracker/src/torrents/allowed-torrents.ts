import { type FSWatcher, watch } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { describeError, type Logger, RepocastError, systemErrorCode } from '@repocast/errors'
import { parseTorrentList } from './parse-list.ts'
import { TorrentDirectory } from './torrent-directory.ts'

/** Changes are seen at once where the filesystem tells them, and after this where it does not (NFS). */
const pollMilliseconds = 10_000
const settleMilliseconds = 100

/**
 * Which torrents a tracker tracks: those of a list in a file, or of the .torrent files in a directory. Watched: while
 * it cannot be read, the last torrents stay. `stop` it.
 */
export class AllowedTorrents {
  readonly #path: string
  readonly #logger: Logger
  readonly #directory: TorrentDirectory
  #names = new Map<string, string>()
  #watcher: FSWatcher | undefined
  #poll: NodeJS.Timeout | undefined
  #settle: NodeJS.Timeout | undefined
  #reading: Promise<void> | undefined
  #isFailing = false

  constructor(path: string, logger: Logger) {
    this.#path = path
    this.#logger = logger
    this.#directory = new TorrentDirectory(path, logger)
  }

  get count(): number {
    return this.#names.size
  }

  has(infoHash: string): boolean {
    return this.#names.has(infoHash)
  }

  /** What a torrent is called; empty when that is not known. */
  nameOf(infoHash: string): string {
    return this.#names.get(infoHash) ?? ''
  }

  /**
   * Reads and begins to watch.
   * @throws RepocastError REPOCAST_TRACKER_LIST_MISSING, REPOCAST_TRACKER_LIST_WRONG
   */
  async start(): Promise<void> {
    const isDirectory = await this.#read()
    try {
      // A file that is replaced by another one is seen from its directory only.
      this.#watcher = watch(isDirectory ? this.#path : dirname(this.#path), () => this.#soon())
      this.#watcher.on('error', () => this.#watcher?.close())
    } catch (error) {
      this.#logger.debug({ error: describeError(error) }, 'the torrents are looked at from time to time only')
    }
    this.#poll = setInterval(() => void this.#again(), pollMilliseconds)
  }

  async stop(): Promise<void> {
    this.#watcher?.close()
    clearInterval(this.#poll)
    clearTimeout(this.#settle)
    await this.#reading
  }

  #soon(): void {
    clearTimeout(this.#settle)
    this.#settle = setTimeout(() => void this.#again(), settleMilliseconds)
  }

  async #again(): Promise<void> {
    this.#reading ??= this.#readOrTell().finally(() => {
      this.#reading = undefined
    })
    await this.#reading
  }

  async #readOrTell(): Promise<void> {
    try {
      const before = this.count
      await this.#read()
      this.#isFailing = false
      if (this.count !== before) this.#logger.info({ torrents: this.count }, 'the torrents have changed')
    } catch (error) {
      if (!this.#isFailing) this.#logger.error({ error: describeError(error) }, 'the torrents stay as they were')
      this.#isFailing = true
    }
  }

  /** Whether it is a directory. */
  async #read(): Promise<boolean> {
    try {
      const isDirectory = (await stat(this.#path)).isDirectory()
      this.#names = isDirectory
        ? await this.#directory.read()
        : parseTorrentList(await readFile(this.#path, 'utf8'), this.#path)
      return isDirectory
    } catch (cause) {
      if (cause instanceof RepocastError) throw cause
      throw new RepocastError('REPOCAST_TRACKER_LIST_MISSING', {
        message: `cannot read the torrents in ${this.#path} (${systemErrorCode(cause)})`,
        hint: 'name a list of info-hashes or a directory of .torrent files in `torrents`',
        cause,
      })
    }
  }
}
