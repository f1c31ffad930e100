import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeError, type Logger } from '@repocast/errors'
import { maxTorrentBytes, readTorrentName, type TorrentName } from '@repocast/packs'

interface Seen {
  /** What the file looked like when it was read. */
  readonly look: string
  /** Undefined when it is no torrent. */
  readonly torrent: TorrentName | undefined
}

/** The .torrent files of one directory. A file that looks as before is not read again. */
export class TorrentDirectory {
  readonly #path: string
  readonly #logger: Logger
  #seen = new Map<string, Seen>()

  constructor(path: string, logger: Logger) {
    this.#path = path
    this.#logger = logger
  }

  /** Names by info-hash. A file that is no torrent is told once and passed over. @throws what readdir(3) does */
  async read(): Promise<Map<string, string>> {
    const seen = new Map<string, Seen>()
    const names = new Map<string, string>()
    for (const file of await readdir(this.#path)) {
      if (!file.endsWith('.torrent')) continue
      const one = await this.#look(file)
      if (one === undefined) continue
      seen.set(file, one)
      if (one.torrent) names.set(one.torrent.infoHash, one.torrent.name)
    }
    this.#seen = seen
    return names
  }

  async #look(file: string): Promise<Seen | undefined> {
    const path = join(this.#path, file)
    try {
      const { size, mtimeMs, ctimeMs, ino } = await lstat(path)
      const look = `${size} ${mtimeMs} ${ctimeMs} ${ino}`
      const before = this.#seen.get(file)
      if (before?.look === look) return before
      return { look, torrent: size > maxTorrentBytes ? undefined : await this.#read(path) }
    } catch (error) {
      // It was removed while we looked, or may not be read.
      this.#logger.debug({ path, error: describeError(error) }, 'a .torrent file cannot be looked at')
      return undefined
    }
  }

  async #read(path: string): Promise<TorrentName | undefined> {
    const bytes = await readFile(path)
    try {
      return readTorrentName(bytes)
    } catch (error) {
      this.#logger.warn({ path, error: describeError(error) }, 'this file is no torrent, and is passed over')
      return undefined
    }
  }
}
