import type { MirrorStatistics } from '@repocast/api'
import { RepocastError } from '@repocast/errors'
import { formatLink, parseChannelName } from '@repocast/feed'
import { parseRepositoryName, type RepositoryName, type SnapshotRecord } from '@repocast/objects'
import { checkSettingsOf } from './check/settings.ts'
import { keepOf, type OriginConfiguration, originUrl } from './configuration.ts'
import { Mirrors } from './mirrors/mirrors.ts'
import { toldToWebhooks } from './notifications/publishing.ts'
import { type OriginOptions, withOrigin } from './open-origin.ts'
import { type PublishProgress, type PublishResult, publish } from './publish/publish.ts'
import { counted } from './publish/publish-log.ts'
import { torrentSettings } from './publish/torrent-settings.ts'
import { type CollectProgress, collectOrigin, type OriginCollection } from './retention/collect-origin.ts'

export interface PublishCommand {
  readonly repository: string
  /** By default what the configuration says. */
  readonly tree?: string | undefined
  /** How files get into the store; by default what the configuration says. */
  readonly ingest?: 'copy' | 'hardlink' | undefined
  /** Codes of errors that do not stop it, besides those of the configuration. */
  readonly allow?: readonly string[]
  /** Only look what would be published. */
  readonly isDryRun?: boolean | undefined
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: PublishProgress) => void
}

/** `repocast origin publish`. @throws as `publish` and `withOrigin` */
export async function publishTree(options: OriginOptions, command: PublishCommand): Promise<PublishResult> {
  const repository = parseRepositoryName(command.repository)
  return await withOrigin(options, async origin => {
    const { configuration, layout } = origin
    const { signal, onProgress, isDryRun } = command
    const act = publish(
      {
        repository,
        tree: command.tree ?? configuredTree(configuration, repository),
        method: command.ingest ?? configuration.ingest,
        torrents: torrentSettings(configuration, repository),
        check: checkSettingsOf(configuration, repository, command),
        isDryRun,
        ...(signal && { signal }),
        ...(onProgress && { onProgress }),
      },
      { ...origin, clock: options.clock },
    )
    if (isDryRun) return await act
    const { clock, logger } = options
    const told = toldToWebhooks({ repository, configuration, layout, clock, logger }, act)
    return await counted({ repository, path: layout.publishes, clock }, told)
  })
}

function configuredTree({ repositories }: OriginConfiguration, repository: RepositoryName): string {
  const tree = repositories[repository]?.tree
  if (tree !== undefined) return tree
  throw new RepocastError('REPOCAST_TREE_NOT_FOUND', {
    message: `the configuration has no \`tree\` for ${repository}`,
    hint: `name the tree to publish, or set \`repositories.${repository}.tree\` in origin.yaml`,
  })
}

/**
 * `repocast origin link`, to a channel when one is named; it need not be there yet.
 * @throws RepocastError REPOCAST_REPOSITORY_BAD_NAME, REPOCAST_CHANNEL_BAD_NAME and what `withOrigin` throws
 */
export async function subscriptionLink(options: OriginOptions, name: string, channelName?: string): Promise<string> {
  const repository = parseRepositoryName(name)
  const channel = channelName === undefined ? undefined : parseChannelName(channelName)
  return await withOrigin(options, async ({ configuration, feed }) => {
    const feedUrl = new URL(originUrl(configuration, 'feed/')).href
    const rootFingerprint = await feed.rootFingerprint()
    if (!(await feed.published()).has(repository))
      options.logger.warn({ repository }, 'nothing is published under this name yet')
    return formatLink({ feedUrl, repository, rootFingerprint, ...(channel !== undefined && { channel }) })
  })
}

/** What `repocast origin status` tells. */
export interface OriginStatus {
  readonly url: string
  readonly repositories: readonly SnapshotRecord[]
  readonly mirrors: readonly MirrorStatistics[]
}

/** `repocast origin status`: works whether the daemon runs or not. @throws what `withOrigin` throws */
export async function originStatus(options: OriginOptions): Promise<OriginStatus> {
  return await withOrigin(options, async ({ layout, configuration, feed, store }) => {
    const repositories: SnapshotRecord[] = []
    for (const [repository, serials] of await feed.published()) {
      repositories.push(await feed.record(repository, serials.at(-1) ?? 0))
    }
    const mirrors = new Mirrors(layout.mirrors)
    try {
      return { url: configuration.url, repositories, mirrors: mirrors.statistics(store, options.clock()) }
    } finally {
      mirrors.close()
    }
  })
}

export interface CollectCommand {
  readonly dryRun: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: CollectProgress) => void
}

/** `repocast origin gc`: works whether the daemon runs or not. @throws as `collectOrigin` and `withOrigin` */
export async function collectGarbage(options: OriginOptions, command: CollectCommand): Promise<OriginCollection> {
  return await withOrigin(
    options,
    async origin =>
      await collectOrigin(
        { keepOf: repository => keepOf(origin.configuration, repository), ...command },
        { ...origin, clock: options.clock },
      ),
  )
}
