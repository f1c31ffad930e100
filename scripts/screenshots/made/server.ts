import { fileURLToPath } from 'node:url'
import type { AgentActivity, AgentStatus, OverviewDocument } from '@repocast/api'
import { createHttpServer, EventStream, type FastifyInstance, loadPages, Registry, servePages } from '@repocast/daemon'
import { silentLogger } from '@repocast/errors'
import { madeMirrorDocument, madePackageChanges, madeRepositoryDocument, madeSwarm, madeTraffic } from './details.ts'

const dist = fileURLToPath(new URL('../../../packages/dashboard/dist/', import.meta.url))

export interface MadeOrigin {
  readonly url: string
  /** From now on documents are refused, as when the origin is in trouble. */
  fail(): void
  close(): Promise<void>
}

/** Serves the built dashboard with made documents: a repocast origin on paper. */
export async function startMadeOrigin(overview: () => OverviewDocument): Promise<MadeOrigin> {
  const now = () => new Date(overview().generated)
  const events = new EventStream()
  const made = await startMade('index.html', server => {
    server.get('/overview.json', async () => overview())
    server.get('/traffic.json', async () => madeTraffic(now(), overview().mirrors.length))
    server.get('/events', (_, reply) => events.add(reply))
    server.get<Named>('/mirrors/:file', async ({ params }) => madeMirrorDocument(overview(), nameOf(params), now()))
    server.get<Named>('/repositories/:file', async ({ params }) => madeRepositoryDocument(overview(), nameOf(params)))
    server.get<Named>('/package-changes/:file', async ({ params }) => madePackageChanges(overview(), nameOf(params)))
    server.get<Named>('/swarms/:file', async ({ params }) => madeSwarm(overview(), nameOf(params)))
  })
  return {
    ...made,
    async close() {
      events.close()
      await made.close()
    },
  }
}

/** Serves the agent's page with made documents. */
export async function startMadeAgent(status: AgentStatus, activity: AgentActivity): Promise<MadeOrigin> {
  return await startMade('agent.html', server => {
    server.get('/status.json', async () => status)
    server.get('/activity.json', async () => activity)
  })
}

interface Named {
  Params: { file: string }
}

function nameOf({ file }: Named['Params']): string {
  return file.replace(/\.json$/, '')
}

async function startMade(index: string, addDocuments: (server: FastifyInstance) => void): Promise<MadeOrigin> {
  const pages = await loadPages(dist)
  if (!pages) throw new Error('the dashboard is not built: npm run build')
  const metrics = new Registry()
  const server = createHttpServer({ logger: silentLogger, metrics, trustedProxies: [], isReady: () => true })
  let hasFailed = false
  server.addHook('onRequest', async (request, reply) => {
    if (hasFailed && request.url.includes('.json'))
      await reply.code(500).send({ error: { message: 'the catalog is locked by another process' } })
  })
  servePages(server, pages, index)
  addDocuments(server)
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    fail: () => {
      hasFailed = true
    },
    close: async () => await server.close(),
  }
}
