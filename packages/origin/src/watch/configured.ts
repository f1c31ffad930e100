import { parseDuration } from '@repocast/daemon'
import { RepocastError } from '@repocast/errors'
import { parseRepositoryName } from '@repocast/objects'
import type { OriginConfiguration } from '../configuration.ts'
import type { OriginLayout } from '../layout.ts'
import type { WatchedRepository } from './watchers.ts'

/** What the configuration says is to be watched. @throws RepocastError REPOCAST_CONFIGURATION_WRONG */
export function watchedRepositories({ repositories }: OriginConfiguration, layout: OriginLayout): WatchedRepository[] {
  return Object.entries(repositories).flatMap(([name, { tree, watch }]) => {
    if (watch === undefined) return []
    if (tree === undefined)
      throw new RepocastError('REPOCAST_CONFIGURATION_WRONG', {
        message: `${layout.configuration}: \`repositories.${name}\` has \`watch\`, but no \`tree\``,
        hint: `add \`tree\`, the directory that is published as ${name}`,
      })
    const { 'still-for': stillFor = '30s', every = '10s' } = watch
    const times = { stillFor: parseDuration(stillFor) * 1000, every: parseDuration(every) * 1000 }
    return [{ repository: parseRepositoryName(name), tree, times }]
  })
}
