import type { Feed } from '@repocast/feed'
import type { RepositoryName, SnapshotRecord } from '@repocast/objects'

/** What was published last of a repository, as the feed has it. */
export async function lastRecord(feed: Feed, repository: RepositoryName): Promise<SnapshotRecord | undefined> {
  const serial = (await feed.serials(repository)).at(-1)
  return serial === undefined ? undefined : await feed.record(repository, serial)
}
