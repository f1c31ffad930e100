import type { Refuse } from '@repocast/daemon'
import { isRepocastError } from '@repocast/errors'
import { parseLink } from '@repocast/feed'

interface Repositories {
  readonly repositories: readonly { readonly link: string; readonly path: string }[]
}

/**
 * What the schema cannot say of the repositories of a configuration: links are links, and no two are in each other's way.
 * @throws what `refuse` makes
 */
export function checkRepositories({ repositories }: Repositories, refuse: Refuse): void {
  const [names, paths] = [new Map<string, number>(), new Map<string, number>()]
  for (const [k, { link, path }] of repositories.entries()) {
    const name = nameIn(link, (message, hint) => refuse(['repositories', `${k}`, 'link'], message, hint))
    const [sameName, samePath] = [names.get(name), paths.get(path)]
    if (sameName !== undefined)
      throw refuse(
        ['repositories', `${k}`, 'link'],
        `names ${name}, as \`repositories.${sameName}\` does`,
        'an agent follows one repository of a name: remove one, or run another agent with a --data of its own',
      )
    if (samePath !== undefined)
      throw refuse(
        ['repositories', `${k}`, 'path'],
        `is also the path of \`repositories.${samePath}\``,
        'give each repository a path of its own',
      )
    names.set(name, k)
    paths.set(path, k)
  }
}

function nameIn(link: string, refuse: (message: string, hint: string | undefined) => Error): string {
  try {
    return parseLink(link).repository
  } catch (error) {
    if (!isRepocastError(error, 'REPOCAST_LINK_MALFORMED')) throw error
    throw refuse(`is wrong: ${error.message}`, error.hint)
  }
}
