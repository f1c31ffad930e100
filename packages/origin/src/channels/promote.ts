import { ProcessLock } from '@repocast/database'
import type { RepositoryName } from '@repocast/objects'
import type { PublishSurroundings } from '../publish/publish.ts'

export interface PromoteOptions {
  readonly repository: RepositoryName
  readonly channel: string
  /** Published serial to point at; undefined takes the channel away. */
  readonly serial: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onWait?: (() => void) | undefined
}

/** Where the channels of a repository point; what `--json` prints. */
export interface RepositoryChannels {
  readonly repository: RepositoryName
  /** Grows with each change. */
  readonly revision: number
  readonly channels: Readonly<Record<string, number>>
}

/**
 * Lets a channel point at another serial, forward or back; no content moves. Waits for a publish, as a publish does for it.
 * @throws what `Feed.moveChannel` throws; the reason of the signal
 */
export async function promote(
  { repository, channel, serial, signal, onWait }: PromoteOptions,
  { layout, store, feed }: Pick<PublishSurroundings, 'layout' | 'store' | 'feed'>,
): Promise<RepositoryChannels> {
  return await new ProcessLock(layout.publishLock).hold({ signal, onWait }, async () => {
    const { revision, serials } = await feed.moveChannel(repository, channel, serial)
    // Behind the switch, since the daemon tells mirrors to look at the feed as soon as it sees the rows.
    store.channels.replace(repository, serials)
    return { repository, revision, channels: Object.fromEntries(serials) }
  })
}
