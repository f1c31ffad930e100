import type { FastifyInstance } from 'fastify'
import { errorBody } from './error-body.ts'

/** How often an address may ask. */
export interface RequestLimit {
  /** Takes in a request of `address`, which is that of the client behind trusted proxies; false when it asks too often. */
  readonly isAllowed: (address: string) => boolean
  /** Beginnings of paths that have limits of their own, or need none. */
  readonly exempt: readonly string[]
}

const loopback = /^(127\.|::1$|::ffff:127\.)/

/**
 * Answers 429 with REPOCAST_HTTP_TOO_OFTEN to whoever asks too often. Requests from this host are not counted: a proxy
 * in front that nobody has named as trusted would else be one client with all the load of the world.
 */
export function limitRequests(server: FastifyInstance, { isAllowed, exempt }: RequestLimit): void {
  server.addHook('onRequest', async (request, reply) => {
    const { ip, url } = request
    if (loopback.test(ip) || exempt.some(prefix => url.startsWith(prefix)) || isAllowed(ip)) return
    await reply
      .code(429)
      .header('retry-after', '1')
      .send(errorBody('REPOCAST_HTTP_TOO_OFTEN', 'this address asks too often', 'wait a second'))
  })
}
