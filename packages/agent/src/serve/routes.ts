import fastifyStatic from '@fastify/static'
import type { AgentStatus } from '@repocast/api'
import type { FastifyInstance } from '@repocast/daemon'
import type { Mirror } from '../follow/mirror.ts'

/** What an agent answers over HTTP, besides health and metrics: its status, and the trees that it serves. */
export async function addRoutes(
  server: FastifyInstance,
  mirrors: () => readonly Mirror[],
  status: () => AgentStatus,
): Promise<void> {
  await server.register(fastifyStatic, { root: '/', serve: false, index: false, dotfiles: 'allow' })
  server.get('/status.json', async () => status())
  server.get<{ Params: { repository: string; '*': string } }>('/:repository/*', (request, reply) => {
    const { repository, '*': path } = request.params
    const mirror = mirrors().find(one => one.repository === repository)
    if (mirror === undefined) return reply.callNotFound()
    // The served path is resolved anew by each request: that is how a swap takes effect.
    return reply.sendFile(path, mirror.servedPath, { cacheControl: false, acceptRanges: true })
  })
}
