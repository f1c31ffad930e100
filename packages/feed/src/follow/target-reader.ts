import { RepocastError } from '@repocast/errors'
import { decodeRecord, maxRecordBytes, objectIdOf, type SnapshotRecord } from '@repocast/objects'
import type { TargetFile } from '@tufjs/models'
import { type Channels, decodeChannels, maxChannelsBytes } from '../channels/channels.ts'
import type { SubscriptionLink } from '../link/link.ts'
import { FeedFiles } from '../publish/feed-files.ts'
import type { FeedRelay, VerifiedTarget } from '../relay/feed-relay.ts'
import { isFaultOfAddress } from './feed-address.ts'
import type { FeedClient } from './http.ts'

export interface TargetReaderOptions {
  readonly feedUrl: string
  readonly client: FeedClient
  /** Where some may be already. */
  readonly relay: FeedRelay | undefined
  readonly signal: AbortSignal | undefined
}

/** Reads targets of one feed, each verified against the metadata that names it. */
export class TargetReader {
  readonly #with: TargetReaderOptions
  readonly #read = new Map<string, VerifiedTarget>()

  constructor(options: TargetReaderOptions) {
    this.#with = options
  }

  /** What was read. */
  get read(): VerifiedTarget[] {
    return [...this.#read.values()]
  }

  /** A snapshot record. @throws as `#bytes`; RepocastError REPOCAST_RECORD_MALFORMED */
  async record(
    target: TargetFile | undefined,
    { repository }: SubscriptionLink,
    serial: number,
  ): Promise<SnapshotRecord | undefined> {
    if (target === undefined) return undefined
    const record = decodeRecord(await this.#bytes(target, maxRecordBytes))
    if (record.repository === repository && record.serial === serial) return record
    throw new RepocastError('REPOCAST_RECORD_MALFORMED', {
      message: `${target.path} of the feed ${this.#with.feedUrl} is the record of ${record.repository} ${record.serial}`,
      hint: 'the origin has a fault; ask its operator',
    })
  }

  /** As `record`; undefined when this feed does not have it. */
  async recordIfThere(target: TargetFile | undefined, link: SubscriptionLink, serial: number) {
    return await this.#ifThere(async () => await this.record(target, link, serial))
  }

  /** The channels of a repository. @throws as `#bytes`; RepocastError REPOCAST_CHANNELS_MALFORMED */
  async channels(target: TargetFile | undefined, repository: SubscriptionLink['repository']): Promise<Channels> {
    if (target === undefined) return { repository, revision: 0, serials: new Map() }
    return decodeChannels(await this.#bytes(target, maxChannelsBytes), repository)
  }

  /** The bytes of the channels; undefined when this feed does not have them. */
  async channelsIfThere(target: TargetFile | undefined): Promise<Buffer | undefined> {
    return target && (await this.#ifThere(async () => await this.#bytes(target, maxChannelsBytes)))
  }

  async #ifThere<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      this.#with.signal?.throwIfAborted()
      if (isFaultOfAddress(error)) return undefined
      throw error
    }
  }

  /** @throws RepocastError REPOCAST_FEED_UNREACHABLE, REPOCAST_FEED_TOO_BIG, REPOCAST_FEED_BAD_SIGNATURE */
  async #bytes({ path, length, hashes }: TargetFile, maxBytes: number): Promise<Buffer> {
    const sha256 = hashes.sha256 ?? ''
    const known = this.#read.get(path)?.bytes ?? (await this.#with.relay?.target(path, sha256))
    const bytes = known ?? (await this.#fetch(path, sha256, length, maxBytes))
    this.#read.set(path, { path, sha256, bytes })
    return bytes
  }

  async #fetch(path: string, sha256: string, length: number, maxBytes: number): Promise<Buffer> {
    const { feedUrl, client, signal } = this.#with
    const url = new URL(`targets/${FeedFiles.targetFileName(path, sha256)}`, feedUrl).href
    const { bytes } = await client.get(url, Math.min(length, maxBytes), { signal })
    if (bytes.length === length && objectIdOf(bytes) === sha256) return bytes
    throw new RepocastError('REPOCAST_FEED_BAD_SIGNATURE', {
      message: `${url} is not what was signed`,
      hint: 'somebody has changed it on the way, or the origin is damaged; ask its operator',
    })
  }
}
