import type { FastifyInstance, FastifyRequest } from '@repocast/daemon'
import { isLoopback, parseAddress } from '../address/address.ts'
import type { Tracker } from '../tracker.ts'

/** Adds `/announce` and `/scrape`, also below a prefix that a reverse proxy leaves in front of them. */
export function addTrackerRoutes(server: FastifyInstance, tracker: Tracker): void {
  for (const path of ['/announce', '/scrape']) {
    server.get(path, async (request, reply) => {
      // Not request.query: info-hashes are bytes, not text.
      const target = request.raw.url ?? path
      const requester = { address: request.ip, mayNameAddress: isLocal(request) }
      return await reply.type('text/plain').send(tracker.http.answer(target.slice(target.indexOf(path)), requester))
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
