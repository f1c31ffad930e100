import type { FastifyInstance } from '@repocast/daemon'
import type { Logger } from '@repocast/errors'
import { SnapshotTree } from '@repocast/repositories'
import type { Store } from '@repocast/store'
import { Areas } from './areas.ts'
import { type MirrorListsConfiguration, publicMirrors, timesOf } from './configuration.ts'
import { MirrorLists } from './mirror-lists.ts'
import { Prober } from './prober.ts'
import { addMirrorListRoutes } from './routes.ts'

/**
 * Begins to ask the configured mirrors what they serve, and answers clients who want one. `stop` the prober.
 * @throws RepocastError REPOCAST_CONFIGURATION_WRONG
 */
export function startMirrorLists(
  server: FastifyInstance,
  configuration: MirrorListsConfiguration,
  { store, clock, logger }: { readonly store: Store; readonly clock: () => Date; readonly logger: Logger },
): Prober {
  const { interval, previous } = timesOf(configuration)
  const { snapshots, objects } = store
  const areas = new Areas(configuration.areas)
  const prober = new Prober({
    mirrors: publicMirrors(configuration),
    snapshots,
    readTree: objects.readTree,
    fileOf: ({ root }, path) => {
      const file = new SnapshotTree(objects, root.id).file(path)
      return file && { size: file.size, sha256: file.id }
    },
    intervalSeconds: interval,
    fetch: globalThis.fetch,
    random: Math.random,
    ...{ clock, logger },
  })
  const lists = new MirrorLists(
    { areas, previousForSeconds: previous, fallback: configuration.fallback, random: Math.random, clock },
    snapshots,
    repository => prober.of(repository),
  )
  addMirrorListRoutes(server, { lists, snapshots, objects })
  prober.start()
  return prober
}
