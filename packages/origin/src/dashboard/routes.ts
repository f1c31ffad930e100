import type { FastifyInstance } from '@repocast/daemon'
import type { Dashboard } from './dashboard.ts'

/** The documents that the dashboard shows. */
export function addDashboardRoutes(server: FastifyInstance, dashboard: Dashboard): void {
  server.get('/overview.json', async () => dashboard.overview())
  server.get<{ Params: { file: string } }>(
    '/repositories/:file',
    async request => await dashboard.repository(request.params.file.replace(/\.json$/, '')),
  )
}
