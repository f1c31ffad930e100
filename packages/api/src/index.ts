/** What the programs of repocast say to each other, and to others, over HTTP: schemas and their types. */

export { AgentActivity, AgentFailure, AgentPeer } from './agent-activity.ts'
export {
  AgentStatus,
  DiskStatus,
  LimitStatus,
  PackReport,
  RepositoryState,
  RepositoryStatus,
  ScrubStatus,
} from './agent-status.ts'
export { PublishedEvent, StatisticsEvent } from './events.ts'
export { Notification, type NotificationEvent, type NotificationType, notificationTypes } from './notification.ts'
export { originOpenApi, originOperations } from './openapi.ts'
export {
  Behind,
  type Cell,
  ChangeCounts,
  OverviewDocument,
  OverviewMirror,
  OverviewRepository,
  PackageChange,
  PackageChangesDocument,
  PathChange,
  PublishTrouble,
  RepositoryDocument,
  SnapshotChanges,
} from './overview.ts'
export { maxReportBytes, parseStatus, signReport, verifyReport } from './report.ts'
export {
  MirrorRepositoryStatistics,
  MirrorStatistics,
  PackStatistics,
  PublicMirrorStatistics,
  RepositoryStatistics,
  StatsDocument,
  WatchStatistics,
} from './statistics.ts'
export { SwapNotification } from './swap-notification.ts'
export { SwarmDocument, SwarmEdge, SwarmNode } from './swarm.ts'
export { TrackedSwarmStatistics, TrackerStatsDocument } from './tracker-statistics.ts'
export { History, MirrorDocument, TrafficDocument, TrafficTotals } from './traffic.ts'
