/**
 * The laboratory: everything that a test needs from the world around repocast, real where it can be. A test opens
 * a lab, makes repositories and starts programs in it, and closes it: nothing is left.
 *
 *     await using lab = openLab()
 *     const repository = await debRepository(lab)
 *     const mirror = await serveDirectory(lab, served)
 *     const apt = await aptClient(lab, { url: mirror.url, ...repository })
 */
export { type AptClient, type AptSource, aptClient } from './apt.ts'
export {
  aria2,
  type Download,
  type DownloadJob,
  libtorrent,
  type TorrentClient,
  torrentClients,
} from './clients/index.ts'
export { makeLabTorrent } from './clients/torrent.ts'
export { type LabTracker, startTracker } from './clients/tracker.ts'
export { type LabClock, labClock } from './clock.ts'
export { type DebRepository, type DebUpdate, debRepository, installable as installableDeb } from './deb/repository.ts'
export { type FailingFiles, type Failure, failingFiles } from './disk/failing-files.ts'
export { type DnfClient, dnfClient } from './dnf.ts'
export { type CountingProxy, countingProxy } from './http/counting-proxy.ts'
export { faultProxy } from './http/fault-proxy.ts'
export type { Fault, Faults } from './http/faults.ts'
export { type ForwardProxy, forwardProxy } from './http/forward-proxy.ts'
export type { LabServer, ServedRequest } from './http/server.ts'
export { serveDirectory } from './http/static-server.ts'
export { type ReceivedEvent, type WebhookReceiver, webhookReceiver } from './http/webhook-receiver.ts'
export { type Lab, openLab } from './lab.ts'
export { cacheDirectory, checkout } from './paths.ts'
export { type Random, seededRandom } from './random.ts'
export { type CommandOptions, type CommandOutput, runCommand, tryCommand } from './run/command.ts'
export {
  type Kill,
  type KillExperiment,
  type KillReport,
  type KillRun,
  killAtRandomMoments,
} from './run/killer.ts'
export { freePort, freePorts, freshLoopback } from './run/ports.ts'
export { describeExit, type Exit, type LabProcess, type ProcessOptions, startProcess } from './run/process.ts'
export { repocast, repocastJson, startRepocast, tryRepocast } from './run/repocast.ts'
export type { Usage } from './run/usage.ts'
export { assertSameTree, treeDifferences } from './tree/compare.ts'
export { contentOf, writeContent } from './tree/content.ts'
export { treeFingerprint } from './tree/fingerprint.ts'
export { type HostileThing, hostileThings, hostileTree } from './tree/hostile-tree.ts'
export { type NastyThing, nastyThings } from './tree/nasty.ts'
export {
  changePlainTree,
  type PlainTreeOptions,
  type PlainTreeSummary,
  plainTree,
  type TreeChange,
  type TreeChangeOptions,
} from './tree/plain-tree.ts'
export { installable as installableRpm, type YumRepository, type YumUpdate, yumRepository } from './yum/repository.ts'
