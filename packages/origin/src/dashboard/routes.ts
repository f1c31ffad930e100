import type { FastifyInstance } from '@repocast/daemon'
import { type Range, resolutions } from '../mirrors/history.ts'
import type { Dashboard } from './dashboard.ts'

/** The documents that the dashboard shows. */
export function addDashboardRoutes(server: FastifyInstance, dashboard: Dashboard): void {
  server.get('/overview.json', async () => dashboard.overview())
  server.get<Ranged>('/traffic.json', async request => dashboard.traffic(parseRange(request.query.range)))
  server.get<Named>('/repositories/:file', async request => await dashboard.repository(nameOf(request)))
  server.get<Named>('/package-changes/:file', async request => await dashboard.packageChanges(nameOf(request)))
  server.get<Named & Ranged>('/mirrors/:file', async request =>
    dashboard.mirror(nameOf(request), parseRange(request.query.range)),
  )
  server.get<Named>('/swarms/:file', async request => dashboard.swarm(nameOf(request)))
}

interface Named {
  Params: { file: string }
}

interface Ranged {
  Querystring: { range?: unknown }
}

/** `NAME.json` without its ending. */
function nameOf({ params }: { readonly params: { readonly file: string } }): string {
  return params.file.replace(/\.json$/, '')
}

/** What is no range is the shortest. */
function parseRange(value: unknown): Range {
  return typeof value === 'string' && value in resolutions ? (value as Range) : 'hours'
}
