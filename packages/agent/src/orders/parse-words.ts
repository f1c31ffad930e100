import { RepocastError } from '@repocast/errors'
import type { RepositoryName } from '@repocast/objects'

/** What an order is about. */
export interface OrderSubject {
  readonly repository: RepositoryName
  readonly serial: number | undefined
}

/**
 * `[REPOSITORY] [SERIAL]`, in which the repository may be left out when there is only one. Pure.
 * @throws RepocastError REPOCAST_REPOSITORY_UNCLEAR
 */
export function parseWords(words: readonly string[], repositories: readonly RepositoryName[]): OrderSubject {
  const named = repositories.find(name => name === words[0])
  const rest = named === undefined ? words : words.slice(1)
  const [only] = repositories
  const repository = named ?? (repositories.length === 1 ? only : undefined)
  const [serial] = rest
  if (words.length === 0 && repository === undefined) {
    throw new RepocastError('REPOCAST_REPOSITORY_UNCLEAR', {
      message: 'it is not said which repository is meant',
      hint:
        repositories.length > 0 ? `this mirror has ${repositories.join(', ')}: name one` : 'this mirror has none yet',
    })
  }
  if (repository === undefined || rest.length > 1 || (serial !== undefined && !/^[1-9]\d{0,14}$/.test(serial))) {
    throw new RepocastError('REPOCAST_REPOSITORY_UNCLEAR', {
      message: `${JSON.stringify(words.join(' '))} names no repository and serial of this mirror`,
      hint: repositories.length > 0 ? `it has ${repositories.join(', ')}; write REPOSITORY SERIAL` : 'it has none yet',
    })
  }
  return { repository, serial: serial === undefined ? undefined : Number(serial) }
}
