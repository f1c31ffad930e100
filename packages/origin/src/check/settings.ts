import { parseDuration } from '@repocast/daemon'
import type { RepositoryName } from '@repocast/objects'
import type { OriginConfiguration } from '../configuration.ts'
import { allowedCodes } from './allowed.ts'

/** How the trees of a repository are checked. */
export interface CheckSettings {
  /** Codes of errors that do not stop a publish. */
  readonly allow: ReadonlySet<string>
  /** File of OpenPGP keys. */
  readonly keyring: string | undefined
  /** Share of the files of the last snapshot that an update may remove, 0 to 1; undefined: the usual one. */
  readonly shrinkLimit: number | undefined
  readonly publishIntervalSeconds: number | undefined
}

/**
 * What the configuration says about a repository, and a command line adds to it.
 * @throws RepocastError REPOCAST_FINDING_UNKNOWN
 */
export function checkSettingsOf(
  { repositories }: Pick<OriginConfiguration, 'repositories'>,
  repository: RepositoryName,
  { allow = [], keyring }: { readonly allow?: readonly string[]; readonly keyring?: string | undefined } = {},
): CheckSettings {
  const settings = repositories[repository] ?? {}
  const limit = settings['shrink-limit']
  const interval = settings['publish-interval']
  return {
    allow: allowedCodes([...(settings.allow ?? []), ...allow]),
    keyring: keyring ?? settings.keyring,
    shrinkLimit: limit === undefined ? undefined : Number.parseFloat(limit) / 100,
    publishIntervalSeconds: interval === undefined ? undefined : parseDuration(interval),
  }
}
