import { randomBytes } from 'node:crypto'
import { cp, mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import { isThere, onDisk, replaceLink } from '@repocast/files'
import { decodeRecord, maxRecordBytes, objectIdOf, type PackReference, type SnapshotRecord } from '@repocast/objects'
import { MetadataKind, type TargetFile } from '@tufjs/models'
import { type Channels, decodeChannels, maxChannelsBytes } from '../channels/channels.ts'
import type { SubscriptionLink } from '../link/link.ts'
import { channelsPathOf, parseTargetPath, readMetadata, targetPathOf } from '../metadata.ts'
import { FeedFiles } from '../publish/feed-files.ts'
import { chooseSerial } from './choose-serial.ts'
import { FeedClient } from './http.ts'
import type { TrustFloor } from './trust-floor.ts'
import { refreshMetadata } from './tuf-refresh.ts'

export interface FollowerOptions {
  readonly link: SubscriptionLink
  /** Directory of this follower alone. */
  readonly directory: string
  readonly floor: TrustFloor
  readonly clock: () => Date
  /** Serial of the snapshot to have and to keep, whatever is newer. */
  readonly hold?: number | undefined
  readonly fetch?: typeof fetch
}

/** What a refresh has found. */
export interface Refreshed {
  /** Whether the feed differs from the one that the last refresh saw. */
  readonly changed: boolean
  /**
   * The snapshot that the mirror is to have: the newest published one, or the one that its channel or its hold names;
   * undefined while nothing is published under the repository's name.
   */
  readonly record: SnapshotRecord | undefined
}

/**
 * A mirror's side of the feed. Trusted metadata lies in one directory that `current` points to; a refresh works on a
 * copy and moves the link when all of it was verified, so that a feed that is garbage changes nothing.
 */
export class Follower {
  readonly link: SubscriptionLink
  readonly hold: number | undefined
  readonly #directory: string
  readonly #floor: TrustFloor
  readonly #clock: () => Date
  readonly #client: FeedClient
  #etag: string | undefined
  #refreshing: Promise<unknown> = Promise.resolve()
  #last: { readonly record: SnapshotRecord | undefined; readonly expires: number } | undefined

  constructor({ link, directory, floor, clock, hold, fetch: fetchFunction = fetch }: FollowerOptions) {
    this.link = link
    this.#directory = directory
    this.#floor = floor
    this.#clock = clock
    this.hold = hold
    this.#client = new FeedClient(fetchFunction)
  }

  /**
   * Asks the feed for the snapshot to have. Costs one small request while nothing changes.
   * @throws RepocastError REPOCAST_FEED_UNREACHABLE, REPOCAST_FEED_EXPIRED, REPOCAST_FEED_ROLLED_BACK,
   *   REPOCAST_FEED_BAD_SIGNATURE, REPOCAST_FEED_MALFORMED, REPOCAST_FEED_WRONG_ROOT, REPOCAST_RECORD_MALFORMED,
   *   REPOCAST_CHANNELS_MALFORMED, REPOCAST_CHANNEL_UNKNOWN, REPOCAST_SNAPSHOT_UNKNOWN
   */
  async refresh(options: { readonly signal?: AbortSignal } = {}): Promise<Refreshed> {
    // One at a time: each removes the scratch directories of others.
    const run = this.#refreshing.then(async () => await this.#refresh(options))
    this.#refreshing = run.catch(() => {})
    return await run
  }

  async #refresh({ signal }: { readonly signal?: AbortSignal }): Promise<Refreshed> {
    const url = new URL('timestamp.json', this.link.feedUrl).href
    const etag = this.#last && this.#etag
    const { status, etag: newEtag } = await this.#client.get(url, 100_000, { etag, signal })
    if (this.#last && status === 304) {
      if (this.#clock().getTime() >= this.#last.expires) throw this.#expired(this.#last.expires)
      return { changed: false, record: this.#last.record }
    }
    const scratch = await this.#makeScratch(signal)
    try {
      await refreshMetadata(scratch, this.link.feedUrl, this.#client, signal)
      const found = await this.#examine(scratch, signal)
      await replaceLink(scratch.slice(this.#directory.length + 1), this.#currentPath)
      this.#floor.raise(found.floors)
      // Behind the floors: the feed itself is right, and what it says now must not be taken back.
      if (found.why) throw found.why
      const changed = this.#last?.record?.serial !== found.record?.serial
      this.#last = found
      this.#etag = newEtag
      return { changed, record: found.record }
    } finally {
      await this.#removeScratches()
    }
  }

  /**
   * The .torrent file of a pack, verified against the record that names it.
   * @throws RepocastError REPOCAST_FEED_UNREACHABLE, REPOCAST_TORRENT_MISMATCH
   */
  async fetchTorrent(reference: PackReference, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Buffer> {
    const url = new URL(`../torrents/${reference.infoHash}.torrent`, this.link.feedUrl).href
    const { bytes } = await this.#client.get(url, reference.torrentBytes, { signal })
    if (bytes.length === reference.torrentBytes && objectIdOf(bytes) === reference.torrentId) return bytes
    throw new RepocastError('REPOCAST_TORRENT_MISMATCH', {
      message: `${url} is not the .torrent that the snapshot record names`,
      hint: 'somebody has changed it on the way, or the origin is damaged; ask its operator',
    })
  }

  get #currentPath(): string {
    return join(this.#directory, 'current')
  }

  /** A copy of the trusted metadata, or of the first root when nothing is trusted yet. */
  async #makeScratch(signal: AbortSignal | undefined): Promise<string> {
    const scratch = join(this.#directory, `metadata-${randomBytes(6).toString('hex')}`)
    await onDisk('make', scratch, async () => await mkdir(scratch, { recursive: true }))
    const current = await this.#currentName()
    // What a full disk or a careless hand has left without its files is as nothing; the floors stay.
    const isHere = current !== undefined && isThere(join(this.#directory, current))
    if (isHere) await cp(join(this.#directory, current), scratch, { recursive: true })
    else await writeFile(join(scratch, 'root.json'), await this.#fetchFirstRoot(signal))
    return scratch
  }

  async #fetchFirstRoot(signal: AbortSignal | undefined): Promise<Buffer> {
    const url = new URL('1.root.json', this.link.feedUrl).href
    const { bytes } = await this.#client.get(url, 1_000_000, { signal })
    if (objectIdOf(bytes) === this.link.rootFingerprint) return bytes
    throw new RepocastError('REPOCAST_FEED_WRONG_ROOT', {
      message: `${url} is not the root that the subscription link names`,
      hint: 'the link is of another origin, or somebody is in between: get the link again from the operator of the origin',
    })
  }

  /** Holds verified metadata against the floors, and gets the record of the snapshot to have. */
  async #examine(scratch: string, signal: AbortSignal | undefined) {
    const read = async (role: string): Promise<Buffer> => await readFile(join(scratch, `${role}.json`))
    const { repository } = this.link
    const root = readMetadata(MetadataKind.Root, await read('root')).signed
    const timestamp = readMetadata(MetadataKind.Timestamp, await read('timestamp')).signed
    const snapshot = readMetadata(MetadataKind.Snapshot, await read('snapshot')).signed
    const targets = readMetadata(MetadataKind.Targets, await read('targets')).signed
    const channels = await this.#fetchChannels(targets.targets[channelsPathOf(repository)], signal)
    const published = new Set<number>()
    for (const path of Object.keys(targets.targets)) {
      const parsed = parseTargetPath(path)
      if (parsed?.repository === repository) published.add(parsed.serial)
    }
    const floors = {
      root: root.version,
      timestamp: timestamp.version,
      snapshot: snapshot.version,
      targets: targets.version,
      [`serial ${repository}`]: Math.max(0, ...published),
      ...(channels && { [`channels ${repository}`]: channels.revision }),
    }
    for (const [name, found] of Object.entries(floors)) this.#assertAbove(name, found)
    const expires = Math.min(...[root, timestamp, snapshot, targets].map(({ expires }) => Date.parse(expires)))
    const { serial, why } = chooseSerial(this.link, this.hold, published, channels)
    const target = targets.targets[targetPathOf(repository, serial)]
    const record = target && (await this.#fetchRecord(target, serial, signal))
    return { record, floors, expires, why }
  }

  /** The channels of the repository, when the link names one. */
  async #fetchChannels(target: TargetFile | undefined, signal: AbortSignal | undefined): Promise<Channels | undefined> {
    const { channel, repository } = this.link
    if (channel === undefined) return undefined
    if (target === undefined) return { repository, revision: 0, serials: new Map() }
    return decodeChannels(await this.#fetchTarget(target, maxChannelsBytes, signal), repository)
  }

  async #fetchRecord(target: TargetFile, serial: number, signal: AbortSignal | undefined): Promise<SnapshotRecord> {
    const record = decodeRecord(await this.#fetchTarget(target, maxRecordBytes, signal))
    if (record.repository === this.link.repository && record.serial === serial) return record
    throw new RepocastError('REPOCAST_RECORD_MALFORMED', {
      message: `${target.path} of the feed ${this.link.feedUrl} is the record of ${record.repository} ${record.serial}`,
      hint: 'the origin has a fault; ask its operator',
    })
  }

  /** The bytes of a target, verified against the metadata that names it. */
  async #fetchTarget(
    { path, length, hashes }: TargetFile,
    maxBytes: number,
    signal: AbortSignal | undefined,
  ): Promise<Buffer> {
    const sha256 = hashes.sha256 ?? ''
    const url = new URL(`targets/${FeedFiles.targetFileName(path, sha256)}`, this.link.feedUrl).href
    const { bytes } = await this.#client.get(url, Math.min(length, maxBytes), { signal })
    if (bytes.length === length && objectIdOf(bytes) === sha256) return bytes
    throw new RepocastError('REPOCAST_FEED_BAD_SIGNATURE', {
      message: `${url} is not what was signed`,
      hint: 'somebody has changed it on the way, or the origin is damaged; ask its operator',
    })
  }

  #assertAbove(name: string, found: number): void {
    const lowest = this.#floor.lowest(name)
    if (found >= lowest) return
    throw new RepocastError('REPOCAST_FEED_ROLLED_BACK', {
      message: `the feed ${this.link.feedUrl} has ${name} ${found}, and ${lowest} was seen before`,
      hint: 'the origin was restored from an old backup, or somebody replays an old feed; ask its operator',
    })
  }

  #expired(expires: number): RepocastError {
    return new RepocastError('REPOCAST_FEED_EXPIRED', {
      message: `the feed ${this.link.feedUrl} has expired at ${new Date(expires).toISOString()}`,
      hint: 'check that the clock of this host is right and that the origin runs: it signs its feed again by itself',
    })
  }

  async #currentName(): Promise<string | undefined> {
    try {
      return await readlink(this.#currentPath)
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }

  async #removeScratches(): Promise<void> {
    const current = await this.#currentName()
    for (const name of await readdir(this.#directory)) {
      if (name.startsWith('metadata-') && name !== current) {
        await rm(join(this.#directory, name), { recursive: true, force: true })
      }
    }
  }
}
