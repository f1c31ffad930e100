import { createHash } from 'node:crypto'
import type { Answer } from './judge.ts'
import { fileUrl } from './public-mirror.ts'
import type { Target } from './targets.ts'

/** Larger files are not fetched: their length is asked for. */
const fetchedAtMost = 1024 * 1024
const timeoutMilliseconds = 5000

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Asks the mirror that serves a repository at `base` for a file. Never throws, but for the reason of `signal`. */
export async function ask(fetch: Fetch, base: string, target: Target, signal: AbortSignal): Promise<Answer> {
  const { path, now, before } = target
  const largest = Math.max(now?.size ?? 0, before?.size ?? 0)
  const method = largest > fetchedAtMost ? 'HEAD' : 'GET'
  const stop = AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)])
  try {
    const response = await fetch(fileUrl(base, path), { method, signal: stop, redirect: 'follow', cache: 'no-store' })
    return await compare(response, target, method, largest)
  } catch (error) {
    signal.throwIfAborted()
    return { kind: 'dead', why: reasonOf(error) }
  }
}

async function compare(response: Response, { now, before }: Target, method: string, largest: number): Promise<Answer> {
  const { status } = response
  if (status === 404 || status === 410) {
    await response.body?.cancel()
    if (!now) return { kind: 'same' }
    return before ? { kind: 'other', why: 'it is not there' } : { kind: 'before' }
  }
  if (status !== 200) {
    await response.body?.cancel()
    return { kind: 'dead', why: `it answers with status ${status}` }
  }
  if (method === 'HEAD') {
    const length = Number(response.headers.get('content-length') ?? Number.NaN)
    if (length === now?.size) return { kind: 'same' }
    if (length === before?.size) return { kind: 'before' }
    return { kind: 'other', why: `it has ${length} bytes` }
  }
  const { size, sha256 } = await digest(response, largest)
  if (size === now?.size && sha256 === now.sha256) return { kind: 'same' }
  if (size === before?.size && sha256 === before.sha256) return { kind: 'before' }
  return {
    kind: 'other',
    why: size > largest ? 'it is longer than it was ever published' : 'its content is another one',
  }
}

/** Reads no further than one byte more than is expected. */
async function digest(response: Response, atMost: number): Promise<{ readonly size: number; readonly sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    hash.update(chunk)
    if (size > atMost) break
  }
  return { size, sha256: hash.digest('hex') }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `it does not answer within ${timeoutMilliseconds / 1000} s`
  const cause = error.cause instanceof Error ? error.cause : error
  return `it cannot be reached: ${'code' in cause ? String(cause.code) : cause.message}`
}
