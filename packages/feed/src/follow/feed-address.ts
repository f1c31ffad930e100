import { backoff, isRepocastError, type RepocastError } from '@repocast/errors'
import type { FeedClient } from './http.ts'
import { metadataLimits } from './tuf-fetcher.ts'

/** timestamp.json as one address gives it. Nothing of it is verified. */
export interface Offer {
  readonly address: FeedAddress
  /** What it says of itself; undefined when that cannot be read. */
  readonly version: number | undefined
  /** Undefined when it is what was accepted from there last. */
  readonly bytes: Buffer | undefined
  readonly etag: string | undefined
}

const retryMs = { first: 2000, most: 300_000 }

/** One address of a feed, and how it has answered. */
export class FeedAddress {
  readonly url: string
  /** What is wrong with it now. */
  error: RepocastError | undefined
  /** Whether `error` was told. */
  isTold = false
  /** Since when, in milliseconds, it has been giving what is older than what is trusted. */
  behindSince: number | undefined
  #offered: number | undefined
  #accepted: { readonly version: number | undefined; readonly etag: string | undefined } | undefined
  #peerPort: number | undefined
  #failures = 0
  #notBefore = Number.NEGATIVE_INFINITY

  constructor(url: string) {
    this.url = url
  }

  /** The version that it offered last. */
  get offered(): number | undefined {
    return this.#offered
  }

  /** `HOST:PORT` of the peer that it says it is. */
  get peer(): string | undefined {
    return this.#peerPort === undefined ? undefined : `${new URL(this.url).hostname}:${this.#peerPort}`
  }

  mayTry(now: number): boolean {
    return now >= this.#notBefore
  }

  /**
   * Gets timestamp.json; `onlyNews` lets it say that this is what was accepted last.
   * @throws as `FeedClient.get`
   */
  async ask(client: FeedClient, onlyNews: boolean, signal: AbortSignal): Promise<Offer> {
    const known = onlyNews ? this.#accepted : undefined
    const url = new URL('timestamp.json', this.url).href
    const { status, bytes, etag, peerPort } = await client.get(url, metadataLimits.timestamp, {
      etag: known?.etag,
      signal,
    })
    this.#peerPort = peerPort
    const isKnown = status === 304 && known !== undefined
    this.#offered = isKnown ? known.version : claimedVersion(bytes)
    return { address: this, version: this.#offered, bytes: isKnown ? undefined : bytes, etag }
  }

  /** What it offered is trusted. */
  accepted({ version, bytes, etag }: Offer): void {
    if (bytes) this.#accepted = { version, etag }
    this.error = undefined
    this.isTold = false
    this.behindSince = undefined
    this.#failures = 0
  }

  /** Leaves it alone for a while: longer each time, and for the longest time when it gave what is wrong. */
  failed(error: RepocastError, now: number, random: () => number): void {
    if (this.error?.code !== error.code) this.isTold = false
    this.error = error
    this.#failures += 1
    this.#notBefore =
      now + backoff(error.kind === 'integrity' ? Number.POSITIVE_INFINITY : this.#failures, retryMs, random)
  }
}

/** Whether an error is the fault of an address, so that another may do better. */
export function isFaultOfAddress(error: unknown): error is RepocastError {
  return isRepocastError(error) && (error.kind === 'network' || error.kind === 'integrity')
}

function claimedVersion(bytes: Buffer): number | undefined {
  try {
    const version: unknown = JSON.parse(bytes.toString('utf8'))?.signed?.version
    return typeof version === 'number' && Number.isSafeInteger(version) ? version : undefined
  } catch {
    return undefined
  }
}
