import { fileURLToPath } from 'node:url'
import type { OverviewDocument } from '@repocast/api'
import { createHttpServer, EventStream, loadPages, Registry, servePages } from '@repocast/daemon'
import { silentLogger } from '@repocast/errors'
import { madeMirrorDocument, madeRepositoryDocument, madeSwarm, madeTraffic } from './details.ts'

const dist = fileURLToPath(new URL('../../../packages/dashboard/dist/', import.meta.url))

export interface MadeOrigin {
  readonly url: string
  /** From now on documents are refused, as when the origin is in trouble. */
  fail(): void
  close(): Promise<void>
}

/** Serves the built dashboard with made documents: a repocast origin on paper. */
export async function startMadeOrigin(overview: () => OverviewDocument): Promise<MadeOrigin> {
  const pages = await loadPages(dist)
  if (!pages) throw new Error('the dashboard is not built: npm run build')
  const server = createHttpServer({
    logger: silentLogger,
    metrics: new Registry(),
    trustedProxies: [],
    isReady: () => true,
  })
  const events = new EventStream()
  let hasFailed = false
  server.addHook('onRequest', async (request, reply) => {
    if (hasFailed && request.url.includes('.json'))
      await reply.code(500).send({ error: { message: 'the catalog is locked' } })
  })
  servePages(server, pages, 'index.html')
  const now = () => new Date(overview().generated)
  type Named = { Params: { file: string } }
  const nameOf = (file: string) => file.replace(/\.json$/, '')
  server.get('/overview.json', async () => overview())
  server.get('/traffic.json', async () => madeTraffic(now(), overview().mirrors.length))
  server.get('/events', (_, reply) => events.add(reply))
  server.get<Named>('/mirrors/:file', async ({ params }) => madeMirrorDocument(overview(), nameOf(params.file), now()))
  server.get<Named>('/repositories/:file', async ({ params }) =>
    madeRepositoryDocument(overview(), nameOf(params.file)),
  )
  server.get<Named>('/swarms/:file', async ({ params }) => madeSwarm(overview(), nameOf(params.file)))
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    fail: () => {
      hasFailed = true
    },
    async close() {
      events.close()
      await server.close()
    },
  }
}
