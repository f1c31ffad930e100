import { mkdir } from 'node:fs/promises'
import { onDisk } from '@repocast/files'
import { objectIdOf } from '@repocast/objects'
import { FeedFiles } from '../publish/feed-files.ts'

/** Bytes as the origin signed them. */
export interface VerifiedTarget {
  readonly path: string
  readonly sha256: string
  readonly bytes: Buffer
}

/** A feed that was verified: what is in it, as bytes. */
export interface VerifiedFeed {
  /** By version. */
  readonly roots: ReadonlyMap<number, Buffer>
  readonly timestamp: Buffer
  readonly snapshot: { readonly version: number; readonly bytes: Buffer }
  readonly targets: { readonly version: number; readonly bytes: Buffer }
  readonly files: readonly VerifiedTarget[]
}

const servedName =
  /^(timestamp|[1-9]\d{0,14}\.(root|snapshot|targets)|targets\/[a-z0-9][a-z0-9._-]{0,63}\/[0-9a-f]{64}\.[a-z0-9]{1,15})\.json$/

/**
 * The feed as a mirror gives it on: what it has verified, byte by byte, laid out as at the origin, so that further
 * mirrors can follow it in the origin's place. It holds no key, so it can say nothing of its own.
 */
export class FeedRelay {
  readonly #files: FeedFiles

  constructor(directory: string) {
    this.#files = new FeedFiles(directory)
  }

  /** A file as followers ask for it, below the address of the feed; undefined when there is none of that name. */
  async file(name: string): Promise<Buffer | undefined> {
    return servedName.test(name) && this.#files.has(name) ? await this.#files.readFile(name) : undefined
  }

  /** Whether it has the roots from the first to this version, by which new mirrors begin. */
  hasRoots(version: number): boolean {
    for (let at = 1; at <= version; at += 1) if (!this.#files.has(`${at}.root.json`)) return false
    return true
  }

  /** The bytes of a target, if they are here. */
  async target(path: string, sha256: string): Promise<Buffer | undefined> {
    const name = FeedFiles.targetFileName(path, sha256)
    if (!this.#files.has(`targets/${name}`)) return undefined
    const bytes = await this.#files.readTarget(path, sha256)
    return objectIdOf(bytes) === sha256 ? bytes : undefined
  }

  /** Gives this feed from now on: timestamp.json is written last, as at the origin. @throws what writing throws */
  async update({ roots, timestamp, snapshot, targets, files }: VerifiedFeed): Promise<void> {
    const { directory } = this.#files
    await onDisk('make', directory, async () => await mkdir(directory, { recursive: true }))
    for (const [version, bytes] of roots) await this.#files.write(`${version}.root.json`, bytes)
    for (const { path, sha256, bytes } of files) await this.#files.writeTarget(path, sha256, bytes)
    await this.#files.write(`${targets.version}.targets.json`, targets.bytes)
    await this.#files.write(`${snapshot.version}.snapshot.json`, snapshot.bytes)
    await this.#files.write('timestamp.json', timestamp)
    await this.#files.removeOld({ snapshot: snapshot.version, targets: targets.version })
    await this.#files.removeTargetsExcept(files.map(({ path, sha256 }) => FeedFiles.targetFileName(path, sha256)))
  }
}
