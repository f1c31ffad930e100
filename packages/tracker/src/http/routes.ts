import type { FastifyInstance, FastifyRequest } from '@repocast/daemon'
import { isLoopback, parseAddress } from '../address/address.ts'
import type { Tracker } from '../tracker.ts'
import { UpgradeRoute } from './upgrade-route.ts'

export interface TrackerRouteOptions {
  /** Whether `/announce` also takes WebSockets. */
  readonly webSocket: boolean
  /** Whether who announces from this address may say where the peer is; programs on this host always may. */
  readonly mayNameAddress?: (address: string) => boolean
}

const headers = { 'content-type': 'text/plain', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** Adds `/announce` and `/scrape`. */
export function addTrackerRoutes(server: FastifyInstance, tracker: Tracker, options: TrackerRouteOptions): void {
  const { webSocket, mayNameAddress = () => false } = options
  const upgrades = webSocket ? new UpgradeRoute(server, tracker) : undefined
  for (const path of ['/announce', '/scrape']) {
    server.get(path, async (request, reply) => {
      if (upgrades?.wants(request.raw)) {
        reply.hijack()
        upgrades.accept(request.raw, reply.raw, request.ip)
        return
      }
      // Not request.query: info-hashes are bytes, not text.
      const target = request.raw.url ?? path
      const requester = { address: request.ip, mayNameAddress: isLocal(request) || mayNameAddress(request.ip) }
      const answer = tracker.http.answer(target.slice(target.indexOf(path)), requester)
      reply.hijack()
      reply.raw.writeHead(200, { ...headers, 'content-length': answer.length })
      // A string of bytes goes out together with the head, in one call of the system.
      reply.raw.end(answer.toString('latin1'), 'latin1')
    })
  }
}

/**
 * Whether a program on this host asks for somebody, and may say for whom. A proxy on this host that is not configured
 * as trusted does not make its clients local.
 */
function isLocal({ ip, headers }: FastifyRequest): boolean {
  const address = parseAddress(ip)
  const isForwarded = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'].some(name => headers[name] !== undefined)
  return address !== undefined && isLoopback(address) && !isForwarded
}
