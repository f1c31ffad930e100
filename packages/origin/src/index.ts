/**
 * The origin: scans trees and publishes them as signed snapshots, serves feed, packs and tracker, seeds every pack,
 * and knows who follows. `origin.ts` wires it together.
 */

export { displayName } from '@repocast/objects'
export { listChannels, type PromoteCommand, promoteSnapshot } from './channels/commands.ts'
export type { RepositoryChannels } from './channels/promote.ts'
export {
  checkAgainstLast,
  checkDirectory,
  type DirectoryCheck,
  type DirectoryVerdict,
} from './check/check-directory.ts'
export { CheckFailed } from './check/check-failed.ts'
export {
  type CollectCommand,
  collectGarbage,
  type OriginStatus,
  originStatus,
  type PublishCommand,
  publishTree,
  subscriptionLink,
} from './commands.ts'
export { OriginConfiguration, sampleOriginConfiguration } from './configuration.ts'
export {
  type DiffCommand,
  diffPublished,
  type LogCommand,
  type RollbackCommand,
  repositoryLog,
  rollbackRepository,
  type SnapshotDetails,
  showSnapshot,
} from './history/commands.ts'
export type { PackageCounts, SnapshotChange, SnapshotDifference } from './history/difference.ts'
export type { ChangeCounts } from './history/file-changes.ts'
export type { LogEntry } from './history/log.ts'
export type { RollbackProgress, RollbackResult } from './history/rollback.ts'
export { type InitOptions, initOrigin } from './init.ts'
export {
  listWebhooks,
  testWebhooks,
  type WebhookStatus,
  type WebhookTest,
} from './notifications/commands.ts'
export type { OriginOptions } from './open-origin.ts'
export type { PublishProgress, PublishResult } from './publish/publish.ts'
export type { CollectProgress, OriginCollection } from './retention/collect-origin.ts'
export { runOrigin } from './run-origin.ts'
