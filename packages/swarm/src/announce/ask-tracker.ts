import { RepocastError } from '@repocast/errors'
import type { Fetch } from '../webseed/fetch-range.ts'
import { type AnnounceRequest, announceUrl } from './announce-request.ts'
import { type AnnounceResponse, parseAnnounceResponse } from './announce-response.ts'

const longestAnswerBytes = 1024 * 1024

/**
 * One announce over HTTP.
 * @throws RepocastError REPOCAST_SWARM_TRACKER_FAILED
 */
export async function askTracker(
  tracker: string,
  request: AnnounceRequest,
  { fetch, timeoutMs, signal }: { readonly fetch: Fetch; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<AnnounceResponse> {
  try {
    const response = await fetch(announceUrl(tracker, request), {
      headers: { 'user-agent': 'repocast' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    const body = await readBody(response)
    // a refusal of a tracker may come with any status (bittorrent-tracker: 200, others: 400)
    if (!response.ok && body[0] !== 0x64) throw new Error(`it answers with status ${response.status}`)
    return parseAnnounceResponse(body)
  } catch (cause) {
    throw new RepocastError('REPOCAST_SWARM_TRACKER_FAILED', {
      message: `the tracker ${tracker} did not answer an announce`,
      hint: 'see whether the tracker runs and is reached from here; transfers go on with the peers that are known',
      cause,
    })
  }
}

async function readBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > longestAnswerBytes) throw new Error(`its answer is longer than ${longestAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
