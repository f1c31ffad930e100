/**
 * The origin: scans trees and publishes them as signed snapshots, serves feed, packs and tracker, seeds every pack,
 * and knows who follows. `origin.ts` wires it together.
 */

export { displayName } from '@repocast/objects'
export { listChannels, promoteSnapshot } from './channels/commands.ts'
export { checkAgainstLast, checkDirectory, type DirectoryVerdict } from './check/check-directory.ts'
export { CheckFailed } from './check/check-failed.ts'
export { collectGarbage, originStatus, publishTree, subscriptionLink } from './commands.ts'
export { sampleOriginConfiguration } from './configuration.ts'
export { diffPublished, repositoryLog, rollbackRepository, showSnapshot } from './history/commands.ts'
export type { SnapshotChange, SnapshotDifference } from './history/difference.ts'
export type { LogEntry } from './history/log.ts'
export { initOrigin } from './init.ts'
export { listWebhooks, testWebhooks, type WebhookStatus } from './notifications/commands.ts'
export type { PublishProgress, PublishResult } from './publish/publish.ts'
export type { CollectProgress, OriginCollection } from './retention/collect-origin.ts'
export { runOrigin } from './run-origin.ts'
