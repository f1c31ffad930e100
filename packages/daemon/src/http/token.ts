import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { errorBody } from './error-body.ts'

/** A hook that lets a request pass, or answers it. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

/**
 * A hook for routes that are only for those who send `token`: `Authorization: Bearer TOKEN`, or Basic with any user and
 * the token as password, which browsers and lynx ask for. Else the answer is 401 with REPOCAST_HTTP_TOKEN_NEEDED.
 */
export function tokenGuard(token: string): Guard {
  const wanted = digest(token)
  return async (request, reply) => {
    const sent = tokenOf(request.headers.authorization ?? '')
    // Digests are of one length, and comparing them tells nothing by its time.
    if (sent !== undefined && timingSafeEqual(digest(sent), wanted)) return
    const message = sent === undefined ? 'this page needs a token' : 'the token is wrong'
    const hint = 'send the `statistics-token` of the configuration, as a bearer or as the password of any user'
    await reply
      .code(401)
      .header('www-authenticate', 'Basic realm="repocast", charset="UTF-8"')
      .send(errorBody('REPOCAST_HTTP_TOKEN_NEEDED', message, hint))
  }
}

function tokenOf(authorization: string): string | undefined {
  const [, scheme = '', value = ''] = /^(Bearer|Basic) +(\S+)$/i.exec(authorization) ?? []
  if (scheme.toLowerCase() === 'bearer') return value
  if (scheme.toLowerCase() !== 'basic') return undefined
  const text = Buffer.from(value, 'base64').toString()
  return text.slice(text.indexOf(':') + 1)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
