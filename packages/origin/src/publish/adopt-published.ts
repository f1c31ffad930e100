import type { Feed } from '@repocast/feed'
import type { Store } from '@repocast/store'

/** Brings snapshots and channels into the catalog that were published, but not recorded because the publisher was killed. */
export async function adoptPublished(feed: Feed, store: Store): Promise<void> {
  for (const [repository, serials] of await feed.published()) {
    for (const serial of serials) {
      if (!store.snapshots.get(repository, serial)) store.snapshots.add(await feed.record(repository, serial))
    }
    store.channels.replace(repository, (await feed.channels(repository)).serials)
  }
}
