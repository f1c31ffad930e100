import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Logger, RepocastError, silentLogger } from '@repocast/errors'
import { type InfoHash, objectIdOf, type PackReference, type SnapshotRecord } from '@repocast/objects'
import { MetadataKind } from '@tufjs/models'
import { feedUrlsOf, type SubscriptionLink } from '../link/link.ts'
import { channelsPathOf, parseTargetPath, readMetadata, targetPathOf } from '../metadata.ts'
import type { FeedRelay } from '../relay/feed-relay.ts'
import { chooseSerial } from './choose-serial.ts'
import { isFaultOfAddress, type Offer } from './feed-address.ts'
import { FeedAddresses, type FeedAddressStatus } from './feed-addresses.ts'
import { FeedClient } from './http.ts'
import { TargetReader } from './target-reader.ts'
import type { TrustFloor } from './trust-floor.ts'
import { TrustedMetadata } from './trusted-metadata.ts'
import { metadataLimits } from './tuf-fetcher.ts'
import { refreshMetadata } from './tuf-refresh.ts'

export interface FollowerOptions {
  readonly link: SubscriptionLink
  /** Directory of this follower alone. */
  readonly directory: string
  readonly floor: TrustFloor
  readonly clock: () => Date
  /** Serial of the snapshot to have and to keep, whatever is newer. */
  readonly hold?: number | undefined
  /** Gives on what is verified. */
  readonly relay?: FeedRelay | undefined
  readonly fetch?: typeof fetch
  readonly logger?: Logger
  /** From 0 to below 1. */
  readonly random?: () => number
  /** How long a silent address is waited for, and one that is later than another. */
  readonly patience?: { readonly silenceMs?: number; readonly laggardMs?: number }
}

/** What a refresh has found. */
export interface Refreshed {
  /** Whether the snapshot to have is another than the last refresh found. */
  readonly changed: boolean
  /** Whether anything of the feed is other than the last refresh saw. */
  readonly isNews: boolean
  /** The newest serial that is published; 0 while there is none. */
  readonly newest: number
  /**
   * The snapshot that the mirror is to have: the newest published one, or the one that its channel or its hold names;
   * undefined while nothing is published under the repository's name.
   */
  readonly record: SnapshotRecord | undefined
}

/** What is trusted since the last refresh that found something. */
interface Found {
  readonly record: SnapshotRecord | undefined
  readonly newest: number
  /** When the metadata expires, in milliseconds since 1970. */
  readonly expires: number
  /** The bytes of timestamp.json. */
  readonly timestamp: Buffer
  /** Packs of the records that are relayed. */
  readonly packs: ReadonlyMap<InfoHash, PackReference>
}

/**
 * A mirror's side of the feed. Trusted metadata lies in one directory that `current` points to; a refresh works on a
 * copy and moves the link when all of it was verified, so that a feed that is garbage changes nothing. All addresses of
 * the feed are asked; the newest that is signed as it must be is taken, whoever gave it.
 */
export class Follower {
  readonly link: SubscriptionLink
  readonly hold: number | undefined
  readonly relay: FeedRelay | undefined
  readonly #trusted: TrustedMetadata
  readonly #floor: TrustFloor
  readonly #clock: () => Date
  readonly #client: FeedClient
  readonly #addresses: FeedAddresses
  #refreshing: Promise<unknown> = Promise.resolve()
  #last: Found | undefined

  constructor(options: FollowerOptions) {
    const { link, directory, floor, clock, hold, relay, patience = {} } = options
    const { fetch: fetchFunction = fetch, logger = silentLogger, random = Math.random } = options
    this.link = link
    this.hold = hold
    this.relay = relay
    this.#trusted = new TrustedMetadata(directory)
    this.#floor = floor
    this.#clock = clock
    this.#client = new FeedClient(fetchFunction, patience)
    const { laggardMs } = patience
    const urls = feedUrlsOf(link)
    this.#addresses = new FeedAddresses({ urls, client: this.#client, clock, random, logger, laggardMs })
  }

  /** What each address of the feed is to us now. */
  addresses(): FeedAddressStatus[] {
    return this.#addresses.status()
  }

  /** `HOST:PORT` of peers that addresses of the feed say they are. Nothing of it is signed. */
  peers(): string[] {
    return this.#addresses.peers()
  }

  /**
   * Asks the feed for the snapshot to have. Costs one small request for each address while nothing changes.
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
    const offers = await this.#addresses.offers(this.#last !== undefined, signal)
    const lowest = () => this.#floor.lowest('timestamp')
    let refreshed: Refreshed | undefined
    for (const offer of offers) {
      if (offer.version !== undefined && offer.version < lowest()) this.#addresses.behind(offer)
      else if (refreshed === undefined) refreshed = await this.#try(offer, signal)
      else if (offer.bytes === undefined || this.#last?.timestamp.equals(offer.bytes)) this.#addresses.isGood(offer)
      else this.#addresses.failed(offer.address, otherThanTrusted(offer.address.url))
    }
    if (refreshed === undefined) throw this.#addresses.failure(lowest())
    this.#addresses.tell(lowest())
    return refreshed
  }

  /** What an address offers; undefined when it is not what it must be. */
  async #try(offer: Offer, signal: AbortSignal | undefined): Promise<Refreshed | undefined> {
    const last = this.#last
    if (last && (offer.bytes === undefined || last.timestamp.equals(offer.bytes))) {
      this.#addresses.isBest(offer)
      if (this.#clock().getTime() >= last.expires) throw this.#expired(last.expires)
      return { changed: false, isNews: false, newest: last.newest, record: last.record }
    }
    if (offer.bytes === undefined) return undefined
    try {
      const { why, ...found } = await this.#take(offer.address.url, offer.bytes, signal)
      this.#addresses.isBest(offer)
      if (why) throw why
      this.#last = found
      const { newest, record } = found
      return { changed: last?.record?.serial !== record?.serial, isNews: true, newest, record }
    } catch (error) {
      signal?.throwIfAborted()
      this.#addresses.failed(offer.address, error)
      return undefined
    }
  }

  /** Verifies what an address gives, and trusts it from then on. */
  async #take(feedUrl: string, timestamp: Buffer, signal: AbortSignal | undefined) {
    const { scratch, firstRoot } = await this.#makeScratch(feedUrl, signal)
    try {
      const newer = await refreshMetadata(scratch, { feedUrl, timestamp, client: this.#client, signal })
      const roots = new Map([...(firstRoot ? [[1, firstRoot] as const] : []), ...newer])
      const { floors, ...found } = await this.#examine(scratch, { feedUrl, roots, signal })
      await this.#trusted.trust(scratch)
      this.#floor.raise(floors)
      // What is wrong with the aim is thrown behind the floors: the feed itself is right, and must not be taken back.
      return found
    } finally {
      await this.#trusted.removeScratches()
    }
  }

  /**
   * The .torrent file of a pack, verified against the record that names it, from whichever address has it.
   * @throws RepocastError REPOCAST_FEED_UNREACHABLE, REPOCAST_FEED_TOO_BIG, REPOCAST_TORRENT_MISMATCH
   */
  async fetchTorrent(reference: PackReference, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Buffer> {
    let failure: unknown
    for (const address of this.#addresses.inOrder()) {
      try {
        return await this.#fetchTorrent(reference, address.url, signal)
      } catch (error) {
        signal?.throwIfAborted()
        if (!isFaultOfAddress(error)) throw error
        failure ??= error
      }
    }
    throw failure
  }

  async #fetchTorrent(reference: PackReference, feedUrl: string, signal: AbortSignal | undefined): Promise<Buffer> {
    const url = new URL(`../torrents/${reference.infoHash}.torrent`, feedUrl).href
    const { bytes } = await this.#client.get(url, reference.torrentBytes, { signal })
    if (bytes.length === reference.torrentBytes && objectIdOf(bytes) === reference.torrentId) return bytes
    throw new RepocastError('REPOCAST_TORRENT_MISMATCH', {
      message: `${url} is not the .torrent that the snapshot record names`,
      hint: 'somebody has changed it on the way, or the origin is damaged; ask its operator',
    })
  }

  /** A pack of a snapshot that this mirror has, or that is the newest: what the feed says of it. */
  packOf(infoHash: InfoHash): PackReference | undefined {
    return this.#last?.packs.get(infoHash)
  }

  /** A copy of the trusted metadata, or the first root, from where all later ones are verified, when one is lacking. */
  async #makeScratch(feedUrl: string, signal: AbortSignal | undefined) {
    const { scratch, isEmpty } = await this.#trusted.makeScratch()
    if (!isEmpty && this.#isRelayed(await readFile(join(scratch, 'root.json')))) return { scratch }
    const firstRoot = await this.#fetchFirstRoot(feedUrl, signal)
    await writeFile(join(scratch, 'root.json'), firstRoot)
    return { scratch, firstRoot }
  }

  /** Whether all roots up to this one are relayed, or none has to be. */
  #isRelayed(root: Buffer): boolean {
    return this.relay?.hasRoots(readMetadata(MetadataKind.Root, root).signed.version) ?? true
  }

  async #fetchFirstRoot(feedUrl: string, signal: AbortSignal | undefined): Promise<Buffer> {
    const url = new URL('1.root.json', feedUrl).href
    const { bytes } = await this.#client.get(url, metadataLimits.root, { signal })
    if (objectIdOf(bytes) === this.link.rootFingerprint) return bytes
    throw new RepocastError('REPOCAST_FEED_WRONG_ROOT', {
      message: `${url} is not the root that the subscription link names`,
      hint: 'the link is of another origin, or somebody is in between: get the link again from the operator of the origin',
    })
  }

  /** Holds verified metadata against the floors, gets the record of the snapshot to have, and relays both. */
  async #examine(
    scratch: string,
    {
      feedUrl,
      roots,
      signal,
    }: { feedUrl: string; roots: ReadonlyMap<number, Buffer>; signal: AbortSignal | undefined },
  ) {
    const read = async (role: string): Promise<Buffer> => await readFile(join(scratch, `${role}.json`))
    const bytes = {
      timestamp: await read('timestamp'),
      snapshot: await read('snapshot'),
      targets: await read('targets'),
    }
    const { repository, channel } = this.link
    const root = readMetadata(MetadataKind.Root, await read('root')).signed
    const timestamp = readMetadata(MetadataKind.Timestamp, bytes.timestamp).signed
    const snapshot = readMetadata(MetadataKind.Snapshot, bytes.snapshot).signed
    const targets = readMetadata(MetadataKind.Targets, bytes.targets).signed
    const files = new TargetReader({ feedUrl, client: this.#client, relay: this.relay, signal })
    const channelsTarget = targets.targets[channelsPathOf(repository)]
    const channels = channel === undefined ? undefined : await files.channels(channelsTarget, repository)
    const published = new Set<number>()
    for (const path of Object.keys(targets.targets)) {
      const parsed = parseTargetPath(path)
      if (parsed?.repository === repository) published.add(parsed.serial)
    }
    const newest = Math.max(0, ...published)
    const floors = {
      root: root.version,
      timestamp: timestamp.version,
      snapshot: snapshot.version,
      targets: targets.version,
      [`serial ${repository}`]: newest,
      ...(channels && { [`channels ${repository}`]: channels.revision }),
    }
    for (const [name, found] of Object.entries(floors)) this.#assertAbove(feedUrl, name, found)
    const expires = Math.min(...[root, timestamp, snapshot, targets].map(({ expires }) => Date.parse(expires)))
    const { serial, why } = chooseSerial(this.link, this.hold, published, channels)
    const targetOf = (wanted: number) => targets.targets[targetPathOf(repository, wanted)]
    const record = await files.record(targetOf(serial), this.link, serial)
    const newestRecord = this.relay ? await files.recordIfThere(targetOf(newest), this.link, newest) : undefined
    if (this.relay) {
      await files.channelsIfThere(channelsTarget)
      await this.relay.update({
        roots,
        timestamp: bytes.timestamp,
        snapshot: { version: snapshot.version, bytes: bytes.snapshot },
        targets: { version: targets.version, bytes: bytes.targets },
        files: files.read,
      })
    }
    const packs = new Map(
      [record, newestRecord].flatMap(one => one?.packs.map(pack => [pack.infoHash, pack] as const) ?? []),
    )
    return { record, newest, floors, expires, timestamp: bytes.timestamp, packs, why }
  }

  #assertAbove(feedUrl: string, name: string, found: number): void {
    const lowest = this.#floor.lowest(name)
    if (found >= lowest) return
    throw new RepocastError('REPOCAST_FEED_ROLLED_BACK', {
      message: `the feed ${feedUrl} has ${name} ${found}, and ${lowest} was seen before`,
      hint: 'the origin was restored from an old backup, or somebody replays an old feed; ask its operator',
    })
  }

  #expired(expires: number): RepocastError {
    return new RepocastError('REPOCAST_FEED_EXPIRED', {
      message: `the feed ${this.link.feedUrl} has expired at ${new Date(expires).toISOString()}`,
      hint: 'check that the clock of this host is right and that the origin runs: it signs its feed again by itself',
    })
  }
}

/** What cannot be read, or has the version that is trusted and other bytes. */
function otherThanTrusted(feedUrl: string): RepocastError {
  return new RepocastError('REPOCAST_FEED_MALFORMED', {
    message: `the feed ${feedUrl} gives another timestamp.json than the one that was signed`,
    hint: 'somebody has changed it on the way, or the address is not that of this feed',
  })
}
