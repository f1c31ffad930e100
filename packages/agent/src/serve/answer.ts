import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { errorBody, type FastifyReply, type FastifyRequest, parseByteRanges, plainPageType } from '@repocast/daemon'
import { decodeName } from '@repocast/objects'
import { askEachTime, cacheControl } from './cache-policy.ts'
import { judgeConditions, mayAnswerRange } from './conditions.ts'
import { contentType } from './content-type.ts'
import { FileStream, multipartOf, type Part } from './file-stream.ts'
import { renderListing } from './listing.ts'
import { encodeSegment, type RequestPath } from './request-path.ts'
import type { Found, ServedFile, ServedTree } from './served-tree.ts'

/** Published pages may look like themselves, and do nothing. */
const filePolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'"

const indexName = Buffer.from('index.html')

export interface Answer {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly tree: ServedTree
  readonly path: RequestPath
  /** Whether directories are listed. */
  readonly isListing: boolean
}

/** Answers a GET or HEAD for something in a served tree. @throws as `ServedTree.find` */
export async function answer(with_: Answer): Promise<FastifyReply> {
  const { reply, tree, path, isListing } = with_
  const found = await tree.find(path.names, isListing && path.endsWithSlash)
  if (found.kind === 'directory') return await answerDirectory(with_, found)
  if (found.kind === 'forbidden') return forbid(reply, 'the agent may not read this file')
  if (found.kind === 'file' && !path.endsWithSlash) return await sendFile(with_, found, path.names)
  if (found.kind === 'file') await found.handle.close()
  reply.callNotFound()
  return reply
}

async function answerDirectory(
  with_: Answer,
  { entries }: Extract<Found, { kind: 'directory' }>,
): Promise<FastifyReply> {
  const { request, reply, tree, path } = with_
  reply.header('cache-control', askEachTime)
  if (!path.endsWithSlash) {
    // Relative, so that it holds behind a proxy that has put something before the path.
    const last = path.names.at(-1) ?? Buffer.from(path.repository)
    return await reply.redirect(`./${encodeSegment(last)}/`, 301)
  }
  const index = await tree.find([...path.names, indexName], false)
  if (index.kind === 'file') return await sendFile(with_, index, [indexName])
  if (entries === undefined) return forbid(reply, 'directories are not listed here')
  reply.type(plainPageType)
  if (request.method === 'HEAD') return await reply.send()
  return await reply.send(Readable.from(renderListing([Buffer.from(path.repository), ...path.names], entries)))
}

function forbid(reply: FastifyReply, message: string): FastifyReply {
  return reply.code(403).send(errorBody('REPOCAST_HTTP_FORBIDDEN', message, undefined))
}

async function sendFile(
  { request: { method, headers }, reply }: Answer,
  file: ServedFile,
  names: readonly Buffer[],
): Promise<FastifyReply> {
  const { handle, size, mtime, etag } = file
  const text = names.map(decodeName)
  reply.headers({
    etag,
    'last-modified': new Date(mtime * 1000).toUTCString(),
    'cache-control': cacheControl(text),
    'accept-ranges': 'bytes',
    'content-security-policy': filePolicy,
  })
  const verdict = judgeConditions(headers, file)
  const isRanged = method === 'GET' && verdict === 'go on' && mayAnswerRange(headers, file)
  const ranges = isRanged ? parseByteRanges(headers.range, size) : undefined
  if (verdict !== 'go on' || ranges === 'unsatisfiable') {
    await handle.close()
    if (ranges === 'unsatisfiable') reply.header('content-range', `bytes */${size}`)
    return await reply.code(ranges === 'unsatisfiable' ? 416 : verdict === 'failed' ? 412 : 304).send()
  }
  const type = contentType(text.at(-1) ?? '')
  const [only, ...more] = ranges ?? []
  let parts: readonly Part[] = size === 0 ? [] : [only ?? { first: 0, last: size - 1 }]
  let length = only === undefined ? size : only.last + 1 - only.first
  reply.type(type)
  if (only && more.length === 0) reply.code(206).header('content-range', `bytes ${only.first}-${only.last}/${size}`)
  else if (ranges) {
    const boundary = randomBytes(12).toString('hex')
    ;({ parts, bytes: length } = multipartOf(ranges, { size, type, boundary }))
    reply.code(206).type(`multipart/byteranges; boundary=${boundary}`)
  }
  reply.header('content-length', length)
  if (method === 'GET') return await reply.send(new FileStream(handle, parts))
  await handle.close()
  return await reply.send()
}
