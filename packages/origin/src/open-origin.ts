import type { Logger } from '@repocast/errors'
import { Feed } from '@repocast/feed'
import { HashPool } from '@repocast/files'
import { openStore, type Store } from '@repocast/store'
import { loadOriginConfiguration, type OriginConfiguration } from './configuration.ts'
import { OriginLayout } from './layout.ts'

export interface OriginOptions {
  readonly data: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: () => Date
  readonly logger: Logger
}

/** What every command on an origin's data directory opens. */
export interface OpenOrigin {
  readonly layout: OriginLayout
  readonly configuration: OriginConfiguration
  readonly store: Store
  readonly feed: Feed
  readonly hashPool: HashPool
}

/**
 * Opens the data directory of an origin for `use`, and closes it behind it.
 * @throws RepocastError REPOCAST_CONFIGURATION_MISSING, REPOCAST_CONFIGURATION_WRONG; what `openStore` throws
 */
export async function withOrigin<T>(
  { data, environment, clock, logger }: OriginOptions,
  use: (origin: OpenOrigin) => Promise<T>,
): Promise<T> {
  const layout = new OriginLayout(data)
  const configuration = await loadOriginConfiguration(layout, environment)
  const hashPool = new HashPool()
  try {
    const store = await openStore({ directory: data, logger, hashPool })
    try {
      const feed = new Feed({ directory: layout.feed, keysDirectory: layout.keys, clock })
      return await use({ layout, configuration, store, feed, hashPool })
    } finally {
      await store.close()
    }
  } finally {
    await hashPool.close()
  }
}
