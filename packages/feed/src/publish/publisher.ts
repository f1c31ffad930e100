import { RepocastError } from '@repocast/errors'
import {
  decodeRecord,
  encodeRecord,
  objectIdOf,
  parseRepositoryName,
  type RepositoryName,
  type SnapshotRecord,
} from '@repocast/objects'
import { Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp } from '@tufjs/models'
import { type Channels, decodeChannels, encodeChannels, moveChannel } from '../channels/channels.ts'
import { createKeys, findKey, loadKey, type RoleKey, type RoleName, roles } from '../keys/role-key.ts'
import { channelsPathOf, metadataBytes, parseTargetPath, specVersion, targetPathOf } from '../metadata.ts'
import { type CurrentFeed, FeedFiles } from './feed-files.ts'

export interface FeedOptions {
  /** Directory that is served as the feed. */
  readonly directory: string
  readonly keysDirectory: string
  readonly clock: () => Date
}

/** Days until metadata expires. It is signed again when less than half of that is left. */
const lifeDays: Readonly<Record<RoleName, number>> = { root: 365, targets: 90, snapshot: 90, timestamp: 7 }
const dayMilliseconds = 24 * 60 * 60 * 1000

/**
 * The origin's side of the feed. Its state is what lies in the directory; timestamp.json is written last and is the
 * one switch: a publish that is killed before it has published nothing, and is overwritten by the next.
 */
export class Feed {
  readonly files: FeedFiles
  readonly #keysDirectory: string
  readonly #clock: () => Date

  constructor({ directory, keysDirectory, clock }: FeedOptions) {
    this.files = new FeedFiles(directory)
    this.#keysDirectory = keysDirectory
    this.#clock = clock
  }

  /** Makes keys and the first metadata. @throws RepocastError REPOCAST_FEED_EXISTS */
  async create(): Promise<void> {
    if (await this.files.exists()) {
      throw new RepocastError('REPOCAST_FEED_EXISTS', {
        message: `there is a feed in ${this.files.directory} already`,
        hint: 'its keys and its history cannot be made again; choose another directory',
      })
    }
    await createKeys(this.#keysDirectory)
    await this.#writeRoot(1)
    const targets = await this.#writeTargets(1, {})
    await this.#switch(1, targets, 1)
  }

  /**
   * Publishes a snapshot record. When this returns, mirrors see it; when it does not, they see what they saw before.
   * @throws RepocastError REPOCAST_KEY_UNUSABLE, REPOCAST_FEED_DAMAGED, REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
   */
  async publish(record: SnapshotRecord): Promise<void> {
    await this.#publishTarget(targetPathOf(record.repository, record.serial), encodeRecord(record))
  }

  /**
   * Lets a channel of a repository point at a published serial, or takes it away when there is none. Mirrors that
   * follow it see this as they see a publish.
   * @throws as `publish`; RepocastError REPOCAST_SNAPSHOT_UNKNOWN, REPOCAST_CHANNEL_UNKNOWN
   */
  async moveChannel(repository: RepositoryName, name: string, serial: number | undefined): Promise<Channels> {
    const channels = await this.channels(repository)
    if (serial !== undefined) await this.record(repository, serial)
    else if (!channels.serials.has(name)) throw channelUnknown(repository, name)
    if (channels.serials.get(name) === serial) return channels
    const moved = moveChannel(channels, name, serial)
    await this.#publishTarget(channelsPathOf(repository), encodeChannels(moved))
    return moved
  }

  /** The channels of a repository. */
  async channels(repository: RepositoryName): Promise<Channels> {
    const { targets } = await this.files.current()
    const path = channelsPathOf(repository)
    const target = targets.signed.targets[path]
    if (target === undefined) return { repository, revision: 0, serials: new Map() }
    return decodeChannels(await this.files.readTarget(path, target.hashes.sha256 ?? ''), repository)
  }

  /** Adds a target, or puts another in its place. The switch is the last step. */
  async #publishTarget(path: string, bytes: Buffer): Promise<void> {
    const { targets, snapshot, timestamp } = await this.files.current()
    const sha256 = objectIdOf(bytes)
    await this.files.writeTarget(path, sha256, bytes)
    const target = new TargetFile({ path, length: bytes.length, hashes: { sha256 } })
    const next = await this.#writeTargets(targets.signed.version + 1, { ...targets.signed.targets, [path]: target })
    await this.#switch(snapshot.signed.version + 1, next, timestamp.signed.version + 1)
    await this.files.removeOld(versionsOf(await this.files.current()))
  }

  /**
   * Takes snapshot records out of the feed, by one switch; the others stay as they are. Then it removes the files of
   * records that the feed does not name, also those that an earlier call has left.
   * @throws as `publish`; RepocastError REPOCAST_SNAPSHOT_NEWEST when a repository would lose its newest serial,
   *   since mirrors would take that for a feed that was rolled back
   */
  async withdraw(records: readonly Pick<SnapshotRecord, 'repository' | 'serial'>[]): Promise<void> {
    const { targets, snapshot, timestamp } = await this.files.current()
    const leaving = new Set(records.map(({ repository, serial }) => targetPathOf(repository, serial)))
    for (const [repository, serials] of await this.published()) {
      const newest = targetPathOf(repository, serials.at(-1) ?? 0)
      if (leaving.has(newest)) throw newestStays(newest)
    }
    const staying = Object.fromEntries(Object.entries(targets.signed.targets).filter(([path]) => !leaving.has(path)))
    if (Object.keys(staying).length < Object.keys(targets.signed.targets).length) {
      const next = await this.#writeTargets(targets.signed.version + 1, staying)
      await this.#switch(snapshot.signed.version + 1, next, timestamp.signed.version + 1)
    }
    const current = await this.files.current()
    await this.files.removeOld(versionsOf(current))
    await this.files.removeTargetsExcept(
      Object.entries(current.targets.signed.targets).map(([path, { hashes }]) =>
        FeedFiles.targetFileName(path, hashes.sha256 ?? ''),
      ),
    )
  }

  /** The serials that are published, growing, by repository. */
  async published(): Promise<Map<RepositoryName, number[]>> {
    const { targets } = await this.files.current()
    const published = new Map<RepositoryName, number[]>()
    for (const path of Object.keys(targets.signed.targets)) {
      const parsed = parseTargetPath(path)
      if (!parsed) continue
      const repository = parseRepositoryName(parsed.repository)
      published.set(repository, [...(published.get(repository) ?? []), parsed.serial])
    }
    for (const serials of published.values()) serials.sort((a, b) => a - b)
    return published
  }

  /** The serials that are published of a repository, growing. */
  async serials(repository: RepositoryName): Promise<number[]> {
    return (await this.published()).get(repository) ?? []
  }

  /** A published record. @throws RepocastError REPOCAST_SNAPSHOT_UNKNOWN */
  async record(repository: RepositoryName, serial: number): Promise<SnapshotRecord> {
    const { targets } = await this.files.current()
    const target = targets.signed.targets[targetPathOf(repository, serial)]
    if (target) return await this.#readRecord(target)
    throw new RepocastError('REPOCAST_SNAPSHOT_UNKNOWN', {
      message: `${repository} has no published snapshot ${serial}`,
      hint: `\`repocast origin log ${repository}\` lists them`,
    })
  }

  /** All published records of a repository, by growing serial. */
  async records(repository: RepositoryName): Promise<SnapshotRecord[]> {
    const { targets } = await this.files.current()
    const ours = Object.values(targets.signed.targets).filter(
      ({ path }) => parseTargetPath(path)?.repository === repository,
    )
    const records: SnapshotRecord[] = []
    for (const target of ours) records.push(await this.#readRecord(target))
    return records.sort((a, b) => a.serial - b.serial)
  }

  async #readRecord({ path, hashes }: TargetFile): Promise<SnapshotRecord> {
    return decodeRecord(await this.files.readTarget(path, hashes.sha256 ?? ''))
  }

  /** SHA-256 of the first root metadata, for subscription links. */
  async rootFingerprint(): Promise<string> {
    return await this.files.rootFingerprint()
  }

  /**
   * Signs again what has less than half of its life left. Returns the roles that were signed. Root is signed only
   * when its key is here.
   * @throws as `publish`
   */
  async refresh(): Promise<RoleName[]> {
    const current = await this.files.current()
    const isDue = (role: RoleName) =>
      Date.parse(current[role].signed.expires) - this.#clock().getTime() < (lifeDays[role] * dayMilliseconds) / 2
    const signed: RoleName[] = []
    if (isDue('root') && (await findKey(this.#keysDirectory, 'root'))) {
      await this.#writeRoot(current.root.signed.version + 1)
      signed.push('root')
    }
    let { targets } = current
    if (isDue('targets')) {
      targets = await this.#writeTargets(targets.signed.version + 1, targets.signed.targets)
      signed.push('targets')
    }
    if (signed.length === 0 && !isDue('snapshot') && !isDue('timestamp')) return signed
    // The snapshot gets a new version in any case: a version that is published never changes its bytes.
    await this.#switch(current.snapshot.signed.version + 1, targets, current.timestamp.signed.version + 1)
    return [...signed, 'snapshot', 'timestamp']
  }

  async #writeRoot(version: number): Promise<void> {
    const root = new Root({ ...this.#common('root', version), consistentSnapshot: true })
    for (const role of roles) root.addKey((await loadKey(this.#keysDirectory, role)).key, role)
    await this.files.write(`${version}.root.json`, signedBytes(root, await loadKey(this.#keysDirectory, 'root')))
  }

  async #writeTargets(version: number, targets: Record<string, TargetFile>): Promise<Metadata<Targets>> {
    const metadata = new Metadata(new Targets({ ...this.#common('targets', version), targets }))
    metadata.sign((await loadKey(this.#keysDirectory, 'targets')).sign)
    await this.files.write(`${version}.targets.json`, metadataBytes(metadata))
    return metadata
  }

  /** Writes the snapshot metadata, then timestamp.json: the switch. */
  async #switch(snapshotVersion: number, targets: Metadata<Targets>, timestampVersion: number): Promise<void> {
    const meta = { 'targets.json': metaFile(targets.signed.version, metadataBytes(targets)) }
    const snapshot = new Snapshot({ ...this.#common('snapshot', snapshotVersion), meta })
    const snapshotBytes = signedBytes(snapshot, await loadKey(this.#keysDirectory, 'snapshot'))
    await this.files.write(`${snapshotVersion}.snapshot.json`, snapshotBytes)
    const snapshotMeta = metaFile(snapshotVersion, snapshotBytes)
    const timestamp = new Timestamp({ ...this.#common('timestamp', timestampVersion), snapshotMeta })
    await this.files.write('timestamp.json', signedBytes(timestamp, await loadKey(this.#keysDirectory, 'timestamp')))
  }

  #common(role: RoleName, version: number): { version: number; specVersion: string; expires: string } {
    const expires = new Date(this.#clock().getTime() + lifeDays[role] * dayMilliseconds)
    return { version, specVersion, expires: `${expires.toISOString().slice(0, 19)}Z` }
  }
}

function versionsOf({ snapshot, targets }: CurrentFeed): { readonly snapshot: number; readonly targets: number } {
  return { snapshot: snapshot.signed.version, targets: targets.signed.version }
}

function channelUnknown(repository: RepositoryName, name: string): RepocastError {
  return new RepocastError('REPOCAST_CHANNEL_UNKNOWN', {
    message: `${repository} has no channel ${name}`,
    hint: `\`repocast origin channels ${repository}\` lists them`,
  })
}

function newestStays(path: string): RepocastError {
  return new RepocastError('REPOCAST_SNAPSHOT_NEWEST', {
    message: `${path} is the newest snapshot of its repository and cannot be taken out of the feed`,
    hint: 'publish another one first',
  })
}

function metaFile(version: number, bytes: Buffer): MetaFile {
  return new MetaFile({ version, length: bytes.length, hashes: { sha256: objectIdOf(bytes) } })
}

function signedBytes(signed: Root | Snapshot | Timestamp, { sign }: RoleKey): Buffer {
  const metadata = new Metadata(signed)
  metadata.sign(sign)
  return metadataBytes(metadata)
}
