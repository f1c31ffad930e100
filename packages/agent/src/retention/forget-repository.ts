import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isRepocastError, RepocastError } from '@repocast/errors'
import { HashPool, isThere, onDisk } from '@repocast/files'
import { parseRepositoryName, type RepositoryName } from '@repocast/objects'
import { openStore, type Store } from '@repocast/store'
import { type AgentConfiguration, loadAgentConfiguration } from '../configuration.ts'
import { AgentLayout } from '../layout.ts'
import { noData } from '../no-data.ts'
import { type AgentOptions, followedBy, lockAgent } from '../open-agent.ts'

/** What was removed; what `--json` prints. */
export interface Forgotten {
  readonly repository: RepositoryName
  /** Links under which it was served. */
  readonly links: readonly string[]
  readonly objects: number
  readonly bytes: number
}

/**
 * `repocast agent forget`: removes all that is here of a repository that is followed no more: links, snapshots, feed, and the
 * objects that no other repository needs. What is trusted of its origin stays. Killed at any moment, it goes on when it is run again.
 * @throws RepocastError REPOCAST_AGENT_NO_DATA, REPOCAST_AGENT_RUNNING, REPOCAST_REPOSITORY_FOLLOWED,
 *   REPOCAST_REPOSITORY_BAD_NAME, REPOCAST_REPOSITORY_UNCLEAR, REPOCAST_CONFIGURATION_WRONG, REPOCAST_DISK_REFUSED
 */
export async function forgetRepository(options: AgentOptions, name: string): Promise<Forgotten> {
  const repository = parseRepositoryName(name)
  const { data, logger } = options
  const layout = new AgentLayout(data)
  if (!isThere(layout.objects)) throw noData(data)
  const lock = lockAgent(layout)
  const hashPool = new HashPool()
  try {
    await assertNotFollowed(options, layout, repository)
    const store = await openStore({ directory: data, logger, hashPool, mayRebuildCatalog: true })
    try {
      await store.removeLeftovers()
      return await forget(store, layout, repository)
    } finally {
      await store.close()
    }
  } finally {
    await hashPool.close()
    lock.release()
  }
}

async function forget(store: Store, layout: AgentLayout, repository: RepositoryName): Promise<Forgotten> {
  const feeds = await feedsOf(layout, repository)
  const here = new Set([...store.snapshots.repositories(), ...store.generations.repositories()])
  if (!here.has(repository) && feeds.length === 0) throw notHere(repository, [...here])
  const links = store.generations.servedPaths(repository)
  await store.generations.removeAll(repository)
  for (const serial of store.snapshots.serials(repository)) store.snapshots.remove(repository, serial)
  store.selections.prune(repository)
  store.waiting.forgetOthers(repository, 0, 0)
  store.orders.forget(repository)
  const swap = store.generations.unsettled.of(repository)
  if (swap) store.generations.unsettled.settle(repository, swap.serial)
  await store.packs.remove(store.snapshots.packsWithoutSnapshot())
  const { objects, bytes } = await store.collect()
  // last: as long as they are here, it is known what is to be forgotten
  for (const feed of feeds) await onDisk('remove', feed, async () => await rm(feed, { recursive: true, force: true }))
  return { repository, links, objects, bytes }
}

/** Where the feeds of a repository lie, of whichever origins. */
async function feedsOf({ feeds }: AgentLayout, repository: RepositoryName): Promise<string[]> {
  if (!isThere(feeds)) return []
  const names = await onDisk('read', feeds, async () => await readdir(feeds))
  return names
    .filter(name => /^[0-9a-f]{16}-/.test(name) && name.slice(17) === repository)
    .map(name => join(feeds, name))
}

async function assertNotFollowed(
  { environment }: AgentOptions,
  layout: AgentLayout,
  name: RepositoryName,
): Promise<void> {
  let configuration: AgentConfiguration
  try {
    configuration = await loadAgentConfiguration(layout, environment)
  } catch (error) {
    if (isRepocastError(error, 'REPOCAST_CONFIGURATION_MISSING')) return
    throw error
  }
  if (!followedBy(configuration).some(({ link }) => link.repository === name)) return
  throw new RepocastError('REPOCAST_REPOSITORY_FOLLOWED', {
    message: `${layout.configuration} follows ${name}`,
    hint: 'remove it from `repositories` first',
  })
}

function notHere(name: RepositoryName, here: readonly RepositoryName[]): RepocastError {
  return new RepocastError('REPOCAST_REPOSITORY_UNCLEAR', {
    message: `there is nothing of ${name} here`,
    hint: here.length > 0 ? `there is something of ${here.join(', ')}` : undefined,
  })
}
