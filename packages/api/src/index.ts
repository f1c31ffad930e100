/** What the programs of repocast say to each other, and to others, over HTTP: schemas and their types. */
export { AgentStatus, RepositoryState, RepositoryStatus } from './agent-status.ts'
export { PublishedEvent } from './events.ts'
export { maxReportBytes, parseStatus, type SignedReport, signReport, verifyReport } from './report.ts'
export {
  MirrorRepositoryStatistics,
  MirrorStatistics,
  PackStatistics,
  RepositoryStatistics,
  StatsDocument,
} from './statistics.ts'
