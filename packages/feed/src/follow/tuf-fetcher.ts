import { BaseFetcher } from 'tuf-js'
import { DownloadHTTPError } from 'tuf-js/dist/error.js'
import type { FeedClient } from './http.ts'

/** Longest metadata that is read, in bytes. */
export const metadataLimits = { root: 1_000_000, timestamp: 100_000, snapshot: 1_000_000, targets: 50_000_000 }

/**
 * What tuf-js fetches with. tuf-js wraps what goes wrong in errors of its own and drops the cause, so the last
 * failure of the network is kept here, to tell it from a failure of the metadata.
 */
export class TufFetcher extends BaseFetcher {
  readonly #client: FeedClient
  readonly #signal: AbortSignal | undefined
  readonly #timestamp: Buffer
  /** Newer roots, by version; verified when the refresh has ended well. */
  readonly roots = new Map<number, Buffer>()
  failure: unknown

  /** `timestamp` are the bytes of timestamp.json, which were fetched before. */
  constructor(client: FeedClient, timestamp: Buffer, signal: AbortSignal | undefined) {
    super()
    this.#client = client
    this.#timestamp = timestamp
    this.#signal = signal
  }

  override async fetch(url: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    if (url.endsWith('/timestamp.json')) return streamOf(this.#timestamp)
    const root = /\/(\d{1,9})\.root\.json$/.exec(url)?.[1]
    const maxBytes = root === undefined ? metadataLimits.targets : metadataLimits.root
    try {
      const mayLack = root !== undefined
      const { status, bytes } = await this.#client.get(url, maxBytes, { signal: this.#signal, mayLack })
      // A root that is not there is how TUF learns that there is no newer one.
      if (status === 404) throw new DownloadHTTPError(`there is no ${url}`, 404)
      if (root !== undefined) this.roots.set(Number(root), bytes)
      return streamOf(bytes)
    } catch (error) {
      if (!(error instanceof DownloadHTTPError)) this.failure = error
      throw error
    }
  }
}

function streamOf(bytes: Buffer): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new Blob([Uint8Array.from(bytes)]).stream()
}
