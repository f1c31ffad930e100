import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import { isThere, onDisk, writeFileDurably } from '@repocast/files'
import { type Metadata, MetadataKind, type Root, type Snapshot, type Targets, type Timestamp } from '@tufjs/models'
import { readMetadata } from '../metadata.ts'

/** The feed's metadata as it is published now. */
export interface CurrentFeed {
  readonly root: Metadata<Root>
  readonly targets: Metadata<Targets>
  readonly snapshot: Metadata<Snapshot>
  readonly timestamp: Metadata<Timestamp>
}

/** Versions of metadata behind the current one that stay, for mirrors that are in the middle of a refresh. */
const keptVersions = 8

/** The directory that is served as the feed: consistent snapshots (TUF 1.0, section 6.2). */
export class FeedFiles {
  readonly directory: string

  constructor(directory: string) {
    this.directory = directory
  }

  get timestampPath(): string {
    return join(this.directory, 'timestamp.json')
  }

  /** Name of a target's file: its hash stands before the last part of its path. */
  static targetFileName(path: string, sha256: string): string {
    const slash = path.lastIndexOf('/')
    return `${path.slice(0, slash + 1)}${sha256}.${path.slice(slash + 1)}`
  }

  targetPath(path: string, sha256: string): string {
    return join(this.directory, 'targets', FeedFiles.targetFileName(path, sha256))
  }

  async exists(): Promise<boolean> {
    return (await this.#read('timestamp.json')) !== undefined
  }

  /**
   * What is published: timestamp.json says which snapshot, that says which targets. Files with other versions are
   * old, or leftovers of a publish that was killed.
   * @throws RepocastError REPOCAST_FEED_DAMAGED
   */
  async current(): Promise<CurrentFeed> {
    const timestamp = readMetadata(MetadataKind.Timestamp, await this.#require('timestamp.json'))
    const snapshotVersion = timestamp.signed.snapshotMeta.version
    const snapshot = readMetadata(MetadataKind.Snapshot, await this.#require(`${snapshotVersion}.snapshot.json`))
    const targetsVersion = snapshot.signed.meta['targets.json']?.version
    const targets = readMetadata(MetadataKind.Targets, await this.#require(`${targetsVersion}.targets.json`))
    const root = readMetadata(MetadataKind.Root, await this.#require(`${await this.#newestRoot()}.root.json`))
    return { root, targets, snapshot, timestamp }
  }

  /** SHA-256 of the first root metadata: what a subscription link pins. */
  async rootFingerprint(): Promise<string> {
    return createHash('sha256')
      .update(await this.#require('1.root.json'))
      .digest('hex')
  }

  async write(name: string, bytes: Buffer): Promise<void> {
    await writeFileDurably(join(this.directory, name), bytes)
  }

  async writeTarget(path: string, sha256: string, bytes: Buffer): Promise<void> {
    const file = this.targetPath(path, sha256)
    await onDisk('make', dirname(file), async () => await mkdir(dirname(file), { recursive: true }))
    await writeFileDurably(file, bytes)
  }

  async readTarget(path: string, sha256: string): Promise<Buffer> {
    return await this.#require(join('targets', FeedFiles.targetFileName(path, sha256)))
  }

  /** @throws RepocastError REPOCAST_FEED_DAMAGED when there is none of this name */
  async readFile(name: string): Promise<Buffer> {
    return await this.#require(name)
  }

  /** Removes metadata that is long out of date; `current` are versions. */
  async removeOld(current: { readonly snapshot: number; readonly targets: number }): Promise<void> {
    const oldest = { snapshot: current.snapshot - keptVersions, targets: current.targets - keptVersions }
    for (const name of await readdir(this.directory)) {
      const [, version, role] = /^(\d+)\.(snapshot|targets)\.json$/.exec(name) ?? []
      if ((role === 'snapshot' || role === 'targets') && Number(version) < oldest[role]) {
        await rm(join(this.directory, name), { force: true })
      }
    }
  }

  /** Removes the files of targets that are not named. */
  async removeTargetsExcept(names: readonly string[]): Promise<void> {
    const targets = join(this.directory, 'targets')
    const staying = new Set(names.map(name => join(targets, name)))
    for (const path of await filesBelow(targets)) if (!staying.has(path)) await rm(path, { force: true })
  }

  /** Whether a file of this name is there. */
  has(name: string): boolean {
    return isThere(join(this.directory, name))
  }

  async #newestRoot(): Promise<number> {
    const versions = (await readdir(this.directory)).map(name => Number(/^(\d+)\.root\.json$/.exec(name)?.[1] ?? 0))
    return Math.max(...versions)
  }

  async #require(name: string): Promise<Buffer> {
    const bytes = await this.#read(name)
    if (bytes) return bytes
    throw new RepocastError('REPOCAST_FEED_DAMAGED', {
      message: `the feed has no ${join(this.directory, name)}`,
      hint: 'restore the directory from your backup',
    })
  }

  async #read(name: string): Promise<Buffer | undefined> {
    const path = join(this.directory, name)
    try {
      return await onDisk('read', path, async () => await readFile(path))
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }
}

async function filesBelow(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true })
    return entries.filter(entry => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}
