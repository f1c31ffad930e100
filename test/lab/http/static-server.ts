import { readFile, stat } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join, normalize } from 'node:path'
import type { Lab } from '../lab.ts'
import type { Answer } from './faults.ts'
import { type LabServer, startServer } from './server.ts'

/**
 * Serves a directory as a plain mirror does: GET and HEAD, ranges, If-Modified-Since. A symbolic link as the
 * directory is followed anew for every request, so a swap shows at once. Files are read whole: not for big ones.
 */
export async function serveDirectory(lab: Lab, directory: string, port = 0): Promise<LabServer> {
  return await startServer(lab, request => answerFile(directory, request), port)
}

async function answerFile(directory: string, request: IncomingMessage): Promise<Answer> {
  const path = normalize(decodeURIComponent((request.url ?? '/').replace(/\?.*$/, '')))
  const file = await readIfFile(join(directory, path))
  if (!file) return { status: 404, headers: {}, body: Buffer.from('not found\n') }
  const { bytes, mtime } = file
  const modified = new Date(Math.floor(mtime / 1000) * 1000)
  const headers = { 'last-modified': modified.toUTCString(), 'accept-ranges': 'bytes' }
  const since = Date.parse(request.headers['if-modified-since'] ?? '')
  if (since >= modified.getTime()) return { status: 304, headers, body: Buffer.alloc(0) }
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  if (!range) return { status: 200, headers, body: bytes }
  const [first, last] = [Number(range[1]), range[2] ? Number(range[2]) : bytes.length - 1]
  if (first >= bytes.length) {
    return { status: 416, headers: { 'content-range': `bytes */${bytes.length}` }, body: Buffer.alloc(0) }
  }
  const body = bytes.subarray(first, last + 1)
  const contentRange = `bytes ${first}-${first + body.length - 1}/${bytes.length}`
  return { status: 206, headers: { ...headers, 'content-range': contentRange }, body }
}

async function readIfFile(path: string): Promise<{ bytes: Buffer; mtime: number } | undefined> {
  try {
    const found = await stat(path)
    return found.isFile() ? { bytes: await readFile(path), mtime: found.mtimeMs } : undefined
  } catch {
    return undefined // whatever it is, there is nothing to serve
  }
}
