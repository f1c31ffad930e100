/**
 * The origin: scans trees and publishes them as signed snapshots, serves feed, packs and tracker, seeds every pack,
 * and knows who follows. `origin.ts` wires it together.
 */
export { type OriginStatus, originStatus, type PublishCommand, publishTree, subscriptionLink } from './commands.ts'
export { OriginConfiguration, sampleOriginConfiguration } from './configuration.ts'
export { type InitOptions, initOrigin } from './init.ts'
export { type OriginOptions, runOrigin } from './origin.ts'
export type { PublishProgress, PublishResult } from './publish/publish.ts'
