import { RepocastError } from '@repocast/errors'

/** What a repository is made of; `plain` has no package metadata. */
export type RepositoryKind = 'yum' | 'deb' | 'plain'

/** Name of a repository: it appears in paths, URLs and file names. */
export type RepositoryName = string & { readonly brand: 'RepositoryName' }

/** What a name looks like. */
export const repositoryPattern = /^[a-z0-9][a-z0-9._-]{0,63}$/

/** @throws RepocastError REPOCAST_REPOSITORY_BAD_NAME */
export function parseRepositoryName(text: string): RepositoryName {
  if (!repositoryPattern.test(text)) {
    throw new RepocastError('REPOCAST_REPOSITORY_BAD_NAME', {
      message: `${JSON.stringify(text.slice(0, 80))} is not a repository name`,
      hint: 'use 1 to 64 of a-z, 0-9, `.`, `_`, `-`, the first a letter or a digit',
    })
  }
  return text as RepositoryName
}
