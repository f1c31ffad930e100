import type { FastifyInstance } from '@repocast/daemon'
import type { Logger } from '@repocast/errors'
import { SnapshotTree } from '@repocast/repositories'
import type { Store } from '@repocast/store'
import { Areas } from './areas.ts'
import { type MirrorListsConfiguration, publicMirrors, timesOf } from './configuration.ts'
import { MirrorLists } from './mirror-lists.ts'
import { Prober } from './prober.ts'
import { addMirrorListRoutes } from './routes.ts'

export interface MirrorListSurroundings {
  readonly store: Store
  readonly clock: () => Date
  /** Called when a mirror has changed its state. */
  readonly onChange: () => void
  readonly logger: Logger
}

/** What asks the configured mirrors what they serve. `start` and `stop` it. */
export function createProber(
  configuration: MirrorListsConfiguration,
  { store, clock, onChange, logger }: MirrorListSurroundings,
): Prober {
  const { snapshots, objects } = store
  return new Prober({
    mirrors: publicMirrors(configuration),
    snapshots,
    readTree: objects.readTree,
    fileOf: ({ root }, path) => {
      const file = new SnapshotTree(objects, root.id).file(path)
      return file && { size: file.size, sha256: file.id }
    },
    intervalSeconds: timesOf(configuration).interval,
    fetch: globalThis.fetch,
    random: Math.random,
    ...{ onChange, clock, logger },
  })
}

/** Answers clients who want a mirror. @throws RepocastError REPOCAST_CONFIGURATION_WRONG */
export function serveMirrorLists(
  server: FastifyInstance,
  configuration: MirrorListsConfiguration,
  prober: Prober,
  { store, clock }: Pick<MirrorListSurroundings, 'store' | 'clock'>,
): void {
  const { snapshots, objects } = store
  const areas = new Areas(configuration.areas)
  const { previous } = timesOf(configuration)
  const lists = new MirrorLists(
    { areas, previousForSeconds: previous, fallback: configuration.fallback, random: Math.random, clock },
    snapshots,
    repository => prober.of(repository),
  )
  addMirrorListRoutes(server, { lists, snapshots, objects })
}
