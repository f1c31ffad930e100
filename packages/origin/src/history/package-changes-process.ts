import { setPriority } from 'node:os'
import { describeError, isRepocastError, silentLogger } from '@repocast/errors'
import { displayName, parseRepositoryName } from '@repocast/objects'
import { withOrigin } from '../open-origin.ts'
import { comparePackages } from './difference.ts'
import { maxNamedChanges, type PackageChanges, type PackageChangesMessage } from './package-changes.ts'

/*
 * Compares the packages of two snapshots, as a process of its own: parsing the metadata of 100,000 packages would block
 * the event loop of the daemon. Arguments: data directory, repository, serial before, serial after.
 */

/** As nice(1) has it: peers and clients go before. */
const niceness = 10

process.on('disconnect', () => process.exit(1))
setPriority(niceness)
const [data = '', name = '', before = '', after = ''] = process.argv.slice(2)
process.send?.(await compare())
process.removeAllListeners('disconnect')
process.disconnect()

async function compare(): Promise<PackageChangesMessage> {
  const options = { data, environment: process.env, clock: () => new Date(), logger: silentLogger }
  try {
    return await withOrigin(options, async ({ feed, store }) => {
      const repository = parseRepositoryName(name)
      const records = [await feed.record(repository, Number(before)), await feed.record(repository, Number(after))]
      const [from, to] = records as [(typeof records)[0], (typeof records)[0]]
      const changes: PackageChanges['changes'][number][] = []
      const { packages, packagesUnknown } = await comparePackages(store.objects, {
        ...{ before: from, after: to },
        onChange(one) {
          if (one.type !== 'package' || changes.length === maxNamedChanges) return
          const { change, place, architecture } = one
          const shown = (text: string | undefined) => (text === undefined ? null : displayName(text))
          const versions = { from: shown(one.from), to: shown(one.to) }
          changes.push({ change, place: displayName(place), name: displayName(one.name), architecture, ...versions })
        },
      })
      return { type: 'done', counts: packages, unknown: packagesUnknown, changes }
    })
  } catch (error) {
    const isGone = isRepocastError(error, 'REPOCAST_OBJECT_MISSING', 'REPOCAST_SNAPSHOT_UNKNOWN')
    if (isGone) return { type: 'done', counts: null, unknown: 'not all of the snapshot before is kept', changes: [] }
    return { type: 'failed', message: describeError(error) }
  }
}
