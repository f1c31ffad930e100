import { describeError, RepocastError, systemErrorCode } from '@repocast/errors'
import { explainDiskError } from '@repocast/files'
import { BaseFetcher } from 'tuf-js'
import { DownloadHTTPError } from 'tuf-js/dist/error.js'

/** How long an answer may take, in all, per request. */
const requestSeconds = 60

export interface Answer {
  readonly status: number
  readonly bytes: Buffer
  readonly etag: string | undefined
}

/** GET, with limits on time and size. */
export class FeedClient {
  readonly #fetch: typeof fetch

  constructor(fetchFunction: typeof fetch) {
    this.#fetch = fetchFunction
  }

  /**
   * The whole body of an answer that is 200 or 304.
   * @throws RepocastError REPOCAST_FEED_UNREACHABLE, REPOCAST_FEED_TOO_BIG; the reason of `signal`
   */
  async get(
    url: string,
    maxBytes: number,
    options: { etag?: string | undefined; signal?: AbortSignal | undefined } = {},
  ): Promise<Answer> {
    const response = await this.open(url, options)
    if (response.status !== 200 && response.status !== 304) {
      await response.body?.cancel()
      throw unreachable(url, `it answered with status ${response.status}`)
    }
    const chunks: Uint8Array[] = []
    let length = 0
    try {
      for await (const chunk of response.body ?? []) {
        length += chunk.length
        if (length > maxBytes) throw tooBig(url, maxBytes)
        chunks.push(chunk)
      }
    } catch (error) {
      options.signal?.throwIfAborted()
      throw error instanceof RepocastError ? error : unreachable(url, 'the answer broke off', error)
    }
    return { status: response.status, bytes: Buffer.concat(chunks), etag: response.headers.get('etag') ?? undefined }
  }

  /** @throws RepocastError REPOCAST_FEED_UNREACHABLE, REPOCAST_DISK_REFUSED; the reason of `signal` */
  async open(
    url: string,
    { etag, signal }: { etag?: string | undefined; signal?: AbortSignal | undefined } = {},
  ): Promise<Response> {
    const limit = AbortSignal.timeout(requestSeconds * 1000)
    try {
      return await this.#fetch(url, {
        redirect: 'error',
        headers: etag === undefined ? {} : { 'if-none-match': etag },
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      })
    } catch (cause) {
      signal?.throwIfAborted()
      const reason = cause instanceof Error ? cause.cause : undefined
      // That this host has no more open files to give is not the feed's fault.
      if (['EMFILE', 'ENFILE'].includes(systemErrorCode(reason) ?? ''))
        throw explainDiskError(reason, 'connect to', url)
      throw unreachable(url, describeError(cause), cause)
    }
  }
}

function unreachable(url: string, why: string, cause?: unknown): RepocastError {
  return new RepocastError('REPOCAST_FEED_UNREACHABLE', {
    message: `cannot get ${url}: ${why}`,
    hint: 'check that the origin runs and that this host can reach it; it is tried again by itself',
    cause,
  })
}

function tooBig(url: string, maxBytes: number): RepocastError {
  return new RepocastError('REPOCAST_FEED_TOO_BIG', { message: `${url} is longer than ${maxBytes} bytes` })
}

/**
 * What tuf-js fetches with. tuf-js wraps what goes wrong in errors of its own and drops the cause, so the last
 * failure of the network is kept here, to tell it from a failure of the metadata.
 */
export class TufFetcher extends BaseFetcher {
  readonly #client: FeedClient
  readonly #signal: AbortSignal | undefined
  failure: unknown

  constructor(client: FeedClient, signal: AbortSignal | undefined) {
    super()
    this.#client = client
    this.#signal = signal
  }

  override async fetch(url: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    try {
      const response = await this.#client.open(url, { signal: this.#signal })
      if (response.status === 404) throw new DownloadHTTPError(`there is no ${url}`, 404)
      if (response.status !== 200 || response.body === null) {
        throw unreachable(url, `it answered with status ${response.status}`)
      }
      return response.body
    } catch (error) {
      // A root that is not there is how TUF learns that there is no newer one.
      if (!(error instanceof DownloadHTTPError && /\/\d+\.root\.json$/.test(url))) this.failure = error
      throw error
    }
  }
}
