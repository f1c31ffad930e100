import { isRepocastError, RepocastError } from '@repocast/errors'
import { explainDiskError } from '@repocast/files'
import { Updater } from 'tuf-js'
import type { FeedClient } from './http.ts'
import { metadataLimits, TufFetcher } from './tuf-fetcher.ts'

const config = {
  rootMaxLength: metadataLimits.root,
  timestampMaxLength: metadataLimits.timestamp,
  snapshotMaxLength: metadataLimits.snapshot,
  targetsMaxLength: metadataLimits.targets,
}

export interface RefreshSource {
  readonly feedUrl: string
  /** What timestamp.json of that feed is. */
  readonly timestamp: Buffer
  readonly client: FeedClient
  readonly signal: AbortSignal | undefined
}

/**
 * The client workflow of TUF 1.0 (section 5) on the metadata in `directory`, which tuf-js writes in place.
 * @returns the roots that are newer than the one that was there, as they are served, by version
 * @throws RepocastError REPOCAST_FEED_UNREACHABLE, REPOCAST_FEED_EXPIRED, REPOCAST_FEED_ROLLED_BACK,
 *   REPOCAST_FEED_BAD_SIGNATURE, REPOCAST_FEED_MALFORMED, REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
 */
export async function refreshMetadata(
  directory: string,
  { feedUrl, timestamp, client, signal }: RefreshSource,
): Promise<ReadonlyMap<number, Buffer>> {
  const fetcher = new TufFetcher(client, timestamp, signal)
  try {
    const updater = new Updater({ metadataDir: directory, metadataBaseUrl: feedUrl, fetcher, config })
    await updater.refresh()
    return fetcher.roots
  } catch (error) {
    signal?.throwIfAborted()
    throw explain(error, fetcher.failure, feedUrl, directory)
  }
}

function explain(error: unknown, networkFailure: unknown, feedUrl: string, directory: string): RepocastError {
  if (isRepocastError(networkFailure)) return networkFailure
  const told = String(error)
  // tuf-js keeps the text of what the filesystem says, and no more of it.
  const code = /\b(E[A-Z]{2,})\b: /.exec(told)?.[1]
  const refused = code && explainDiskError(Object.assign(new Error(told), { code }), 'keep metadata in', directory)
  if (isRepocastError(refused)) return refused
  if (networkFailure !== undefined) {
    return new RepocastError('REPOCAST_FEED_UNREACHABLE', {
      message: `the feed ${feedUrl} is not complete (${told})`,
      hint: 'check the address of the feed; if it is right, its operator has to mend it',
      cause: error,
    })
  }
  // The class is lost where tuf-js wraps an error; its name stands in the text.
  if (/ExpiredMetadata|expired/i.test(told)) {
    return new RepocastError('REPOCAST_FEED_EXPIRED', {
      message: `the feed ${feedUrl} has expired: nobody has signed it in time (${told})`,
      hint: 'check that the clock of this host is right and that the origin runs: it signs its feed again by itself',
      cause: error,
    })
  }
  if (/BadVersion|version/i.test(told) && !/spec/i.test(told)) {
    return new RepocastError('REPOCAST_FEED_ROLLED_BACK', {
      message: `the feed ${feedUrl} is older than what was seen of it before (${told})`,
      hint: 'the origin was restored from an old backup, or somebody replays an old feed; ask its operator',
      cause: error,
    })
  }
  if (/signed by|signature|UnsignedMetadata/i.test(told)) {
    return new RepocastError('REPOCAST_FEED_BAD_SIGNATURE', {
      message: `the feed ${feedUrl} is not signed by keys that this mirror trusts (${told})`,
      hint: 'somebody has changed it on the way, or the origin has new keys that the old ones did not sign',
      cause: error,
    })
  }
  return new RepocastError('REPOCAST_FEED_MALFORMED', {
    message: `the metadata of the feed ${feedUrl} is not what it must be (${told})`,
    hint: 'somebody has changed it on the way, or the address is not that of a feed',
    cause: error,
  })
}
