import fastifyStatic from '@fastify/static'
import type { AgentActivity, AgentStatus } from '@repocast/api'
import { type FastifyInstance, type Pages, servePages } from '@repocast/daemon'
import type { Mirror } from '../follow/mirror.ts'

export interface RouteSources {
  readonly mirrors: () => readonly Mirror[]
  readonly status: () => AgentStatus
  readonly activity: () => AgentActivity
  /** The built pages; undefined when they were not built. */
  readonly pages: Pages | undefined
}

/** What an agent answers over HTTP, besides health and metrics: its page, its status, and the trees that it serves. */
export async function addRoutes(server: FastifyInstance, sources: RouteSources): Promise<void> {
  const { mirrors, status, activity, pages } = sources
  await server.register(fastifyStatic, { root: '/', serve: false, index: false, dotfiles: 'allow' })
  if (pages) servePages(server, pages, 'agent.html')
  else server.get('/', async (_request, reply) => await reply.redirect('status.json'))
  server.get('/status.json', async () => status())
  server.get('/activity.json', async () => activity())
  server.get<{ Params: { repository: string; '*': string } }>('/:repository/*', (request, reply) => {
    const { repository, '*': path } = request.params
    const mirror = mirrors().find(one => one.repository === repository)
    if (mirror === undefined) return reply.callNotFound()
    // The served path is resolved anew by each request: that is how a swap takes effect.
    return reply.sendFile(path, mirror.servedPath, { cacheControl: false, acceptRanges: true })
  })
}
