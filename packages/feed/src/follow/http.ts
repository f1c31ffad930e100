import { describeError, RepocastError, systemErrorCode } from '@repocast/errors'
import { explainDiskError } from '@repocast/files'

/** How long a server may be silent, before its answer begins and in the middle of it. */
const silenceMs = 20_000
/** In all an answer may take this long, and longer the longer it may be. */
const answerMs = 60_000
const slowestBytesPerMs = 32

/** The header by which who gives a feed tells the port at which it is a peer, on the same host. */
export const peerPortHeader = 'x-repocast-peer-port'

export interface Answer {
  readonly status: number
  readonly bytes: Buffer
  readonly etag: string | undefined
  readonly peerPort: number | undefined
}

export interface GetOptions {
  readonly etag?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Whether 404 is an answer, too. */
  readonly mayLack?: boolean
}

/** GET, with limits on time and size, so that a server that is half-open, slow or endless is left. */
export class FeedClient {
  readonly #fetch: typeof fetch
  readonly #silenceMs: number

  constructor(fetchFunction: typeof fetch, patience: { readonly silenceMs?: number | undefined } = {}) {
    this.#fetch = fetchFunction
    this.#silenceMs = patience.silenceMs ?? silenceMs
  }

  /**
   * The whole body of an answer that is 200 or 304, or 404 if that is asked for.
   * @throws RepocastError REPOCAST_FEED_UNREACHABLE, REPOCAST_FEED_TOO_BIG; the reason of `signal`
   */
  async get(url: string, maxBytes: number, { etag, signal, mayLack = false }: GetOptions = {}): Promise<Answer> {
    const silence = new AbortController()
    const seconds = this.#silenceMs / 1000
    const timer = setTimeout(() => silence.abort(new Error(`it is silent for ${seconds} s`)), this.#silenceMs)
    const limit = AbortSignal.timeout(answerMs + Math.ceil(maxBytes / slowestBytesPerMs))
    try {
      const response = await this.#fetch(url, {
        redirect: 'error',
        headers: etag === undefined ? {} : { 'if-none-match': etag },
        signal: AbortSignal.any([...(signal ? [signal] : []), silence.signal, limit]),
      })
      const { status, headers } = response
      if (status !== 200 && status !== 304 && !(mayLack && status === 404)) {
        throw unreachable(url, `it answered with status ${status}`)
      }
      const chunks: Uint8Array[] = []
      let length = 0
      for await (const chunk of response.body ?? []) {
        timer.refresh()
        length += chunk.length
        if (length > maxBytes) throw tooBig(url, maxBytes)
        chunks.push(chunk)
      }
      const etagOfAnswer = headers.get('etag') ?? undefined
      return { status, bytes: Buffer.concat(chunks), etag: etagOfAnswer, peerPort: parsePort(headers) }
    } catch (cause) {
      signal?.throwIfAborted()
      if (cause instanceof RepocastError) throw cause
      const system = cause instanceof Error ? (cause.cause ?? cause) : undefined
      // That this host has no more open files to give is not the feed's fault.
      if (['EMFILE', 'ENFILE'].includes(systemErrorCode(system) ?? ''))
        throw explainDiskError(system, 'connect to', url)
      const reason: unknown = silence.signal.aborted ? silence.signal.reason : cause
      throw unreachable(url, describeError(reason), cause)
    } finally {
      clearTimeout(timer)
      // what is left of a body is not waited for
      silence.abort()
    }
  }
}

function parsePort(headers: Headers): number | undefined {
  const port = Number(/^\d{1,5}$/.exec(headers.get(peerPortHeader) ?? '')?.[0] ?? 0)
  return port > 0 && port <= 65_535 ? port : undefined
}

function unreachable(url: string, why: string, cause?: unknown): RepocastError {
  return new RepocastError('REPOCAST_FEED_UNREACHABLE', {
    message: `cannot get ${url}: ${why}`,
    hint: 'check that the origin runs and that this host can reach it; a running agent tries again by itself',
    cause,
  })
}

function tooBig(url: string, maxBytes: number): RepocastError {
  return new RepocastError('REPOCAST_FEED_TOO_BIG', { message: `${url} is longer than ${maxBytes} bytes` })
}
