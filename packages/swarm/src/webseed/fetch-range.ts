import { RepocastError } from '@repocast/errors'

/** The part of fetch that is used, so that tests can stand in for it. */
export type Fetch = (url: string, init: { headers: Record<string, string>; signal: AbortSignal }) => Promise<Response>

export interface RangeRequest {
  readonly url: string
  readonly firstByte: number
  readonly bytes: number
  readonly fetch: Fetch
  /** The request fails when the server is silent for so long. */
  readonly silenceMs: number
  readonly signal: AbortSignal
}

/**
 * The bytes of one range of an HTTP resource, in chunks as they come, exactly as many as asked for.
 * @throws RepocastError REPOCAST_SWARM_WEB_SEED_FAILED
 */
export async function* fetchRange(request: RangeRequest): AsyncGenerator<Uint8Array> {
  const { url, firstByte, bytes, silenceMs, signal } = request
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(new Error(`silent for ${silenceMs / 1000} s`)), silenceMs)
  let left = bytes
  try {
    const headers = { range: `bytes=${firstByte}-${firstByte + bytes - 1}`, 'accept-encoding': 'identity' }
    const response = await request.fetch(url, { headers, signal: AbortSignal.any([signal, silence.signal]) })
    for await (const chunk of bodyOf(response, firstByte, bytes)) {
      timer.refresh()
      if (chunk.length > left) throw new Error('it sends more than was asked for')
      left -= chunk.length
      yield chunk
    }
    if (left > 0) throw new Error(`it ended ${left} bytes early`)
  } catch (cause) {
    throw new RepocastError('REPOCAST_SWARM_WEB_SEED_FAILED', {
      message: `the web seed ${url} did not give bytes ${firstByte} to ${firstByte + bytes - 1}`,
      hint: 'see whether the origin answers at this address, with range requests',
      cause,
    })
  } finally {
    clearTimeout(timer)
    silence.abort()
  }
}

function bodyOf(response: Response, firstByte: number, bytes: number): AsyncIterable<Uint8Array> {
  if (response.status !== 206) throw new Error(`it answers with status ${response.status} instead of 206`)
  const range = response.headers.get('content-range') ?? ''
  if (!range.startsWith(`bytes ${firstByte}-${firstByte + bytes - 1}/`))
    throw new Error('it answers with another range')
  if (response.body === null) throw new Error('it answers without a body')
  return response.body
}
