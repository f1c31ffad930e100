import { mkdir, stat } from 'node:fs/promises'
import { checkSettings } from '@repocast/daemon'
import { RepocastError, silentLogger } from '@repocast/errors'
import { Feed } from '@repocast/feed'
import { HashPool, onDisk, writeFileDurably } from '@repocast/files'
import { openStore } from '@repocast/store'
import { OriginConfiguration, sampleOriginConfiguration } from './configuration.ts'
import { OriginLayout } from './layout.ts'

export interface InitOptions {
  readonly data: string
  readonly values: Pick<OriginConfiguration, 'url'> & Partial<OriginConfiguration>
  readonly clock: () => Date
}

/**
 * Makes a new origin: keys, the first feed, the catalog and origin.yaml, which is written last.
 * @throws RepocastError REPOCAST_ORIGIN_EXISTS, REPOCAST_CONFIGURATION_WRONG, REPOCAST_DISK_REFUSED
 */
export async function initOrigin({ data, values, clock }: InitOptions): Promise<OriginLayout> {
  const layout = new OriginLayout(data)
  checkSettings(OriginConfiguration, values, 'the options')
  const configuration = sampleOriginConfiguration(values)
  if (await exists(layout.configuration)) throw already(layout)
  await onDisk('make', layout.feed, async () => await mkdir(layout.feed, { recursive: true }))
  const feed = new Feed({ directory: layout.feed, keysDirectory: layout.keys, clock })
  // A feed without a configuration is what a killed init leaves: its keys have signed nothing that anybody saw.
  if (!(await feed.files.exists())) await feed.create()
  const hashPool = new HashPool()
  const store = await openStore({ directory: data, logger: silentLogger, hashPool })
  await store.close()
  await hashPool.close()
  await writeFileDurably(layout.configuration, configuration)
  return layout
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

function already(layout: OriginLayout): RepocastError {
  return new RepocastError('REPOCAST_ORIGIN_EXISTS', {
    message: `there is an origin in ${layout.directory} already`,
    hint: 'choose another directory, or change its origin.yaml',
  })
}
