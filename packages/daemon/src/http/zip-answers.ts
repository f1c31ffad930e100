import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Shorter answers are not worth it. */
const leastLength = 16 * 1024

/** An `onSend` hook: long answers go out packed by gzip to those who accept it. */
export async function zipAnswers(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (typeof payload !== 'string' || payload.length < leastLength || reply.hasHeader('content-encoding')) return payload
  reply.header('vary', 'accept-encoding')
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return payload
  reply.header('content-encoding', 'gzip').removeHeader('content-length')
  return await promisify(gzip)(payload, { level: 4 })
}
