import { encodeName, type RepositoryName } from '@repocast/objects'

/** A mirror that clients are sent to. */
export interface PublicMirror {
  /** Where it serves a repository; `{repository}` stands for its name. */
  readonly url: string
  /** Area whose clients are sent here first. */
  readonly area?: string | undefined
  /** Share of the clients that it gets, in relation to the others; its bandwidth in bit/s, if all tell theirs. */
  readonly weight: number
  /** What it serves; everything when it is left out. */
  readonly repositories?: readonly string[] | undefined
}

/** Where a mirror serves a repository: an address that ends with `/`. */
export function repositoryUrl({ url }: PublicMirror, repository: RepositoryName): string {
  const placed = url.includes('{repository}')
    ? url.replaceAll('{repository}', repository)
    : `${slashed(url)}${repository}`
  return slashed(placed)
}

/** Whether a mirror is to serve a repository. */
export function carries({ repositories }: PublicMirror, repository: RepositoryName): boolean {
  return repositories === undefined || repositories.includes(repository)
}

/** Address of a file of a repository. Names that are not UTF-8 keep their bytes. */
export function fileUrl(base: string, path: string): string {
  return base + path.split('/').map(escapeName).join('/')
}

const plain = /[A-Za-z0-9._~+-]/

function escapeName(name: string): string {
  const escaped = Array.from(encodeName(name), byte => {
    const character = String.fromCharCode(byte)
    return plain.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  })
  return escaped.join('')
}

function slashed(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}
