import type { AgentActivity, AgentStatus } from '@repocast/api'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, type Pages, servePages } from '@repocast/daemon'
import type { Store } from '@repocast/store'
import type { Mirror } from '../follow/mirror.ts'
import { answer } from './answer.ts'
import { parseRequestPath } from './request-path.ts'
import { ServedTree } from './served-tree.ts'

export interface TreeSources {
  readonly store: Store
  readonly mirrors: () => readonly Mirror[]
  /** Whether directories of served trees are listed. */
  readonly isListing: () => boolean
}

export interface RouteSources extends TreeSources {
  readonly status: () => AgentStatus
  readonly activity: () => AgentActivity
  /** The built pages; undefined when they were not built. */
  readonly pages: Pages | undefined
}

/** What an agent answers over HTTP, besides health and metrics: its page, its status, and the trees that it serves. */
export function addRoutes(server: FastifyInstance, sources: RouteSources): void {
  const { status, activity, pages } = sources
  if (pages) servePages(server, pages, 'agent.html')
  else server.get('/', async (_request, reply) => await reply.redirect('status.json'))
  server.get('/status.json', async () => status())
  server.get('/activity.json', async () => activity())
  const serve = serveTrees(sources)
  for (const url of ['/:repository', '/:repository/*']) {
    server.route({ method: ['GET', 'HEAD'], url, exposeHeadRoute: false, handler: serve })
  }
}

/** Answers with what a served tree has under the path of a request, else that nothing is found. */
export function serveTrees(
  sources: TreeSources,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  return async (request, reply) => await serveTree(request, reply, sources)
}

async function serveTree(
  request: FastifyRequest,
  reply: FastifyReply,
  { store, mirrors, isListing }: TreeSources,
): Promise<FastifyReply> {
  const path = parseRequestPath(request.originalUrl)
  const mirror = path && mirrors().find(one => one.repository === path.repository)
  if (path === undefined || mirror === undefined) {
    reply.callNotFound()
    return reply
  }
  const { repository, servedPath } = mirror
  const tree = new ServedTree({
    repository,
    servedPath,
    served: async (...of) => await store.generations.served(...of),
    readTree: store.objects.readTree,
  })
  return await answer({ request, reply, tree, path, isListing: isListing() })
}
