import { lstat, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { RepocastError, systemErrorCode } from '@repocast/errors'

/** What lies at a served path. */
export type Served =
  | { readonly kind: 'nothing' }
  /** A link to a generation of the repository, which need not exist. */
  | { readonly kind: 'generation'; readonly number: number }
  | { readonly kind: 'foreign'; readonly isLink: boolean; readonly what: string }

/** Looks at a served path; `generations` is the directory of the repository's generations. @throws system errors */
export async function lookAtServed(path: string, generations: string): Promise<Served> {
  let target: string
  try {
    if (!(await lstat(path)).isSymbolicLink()) {
      return { kind: 'foreign', isLink: false, what: 'exists and is not a symbolic link' }
    }
    target = resolve(dirname(path), await readlink(path))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return { kind: 'nothing' }
    throw error
  }
  const digits = /^g([1-9]\d{0,8})$/.exec(basename(target))?.[1]
  if (digits !== undefined && (await isSame(dirname(target), generations))) {
    return { kind: 'generation', number: Number(digits) }
  }
  return {
    kind: 'foreign',
    isLink: true,
    what: `is a symbolic link to ${target}, which does not lie in ${generations}`,
  }
}

export function servedPathTaken(path: string, what: string): RepocastError {
  return new RepocastError('REPOCAST_SERVED_PATH_TAKEN', {
    message: `${path} ${what}`,
    hint: 'move it away, or name another path: repocast serves a repository through a link of its own that it replaces',
  })
}

/** Whether two paths are one directory, also when it is reached by other links, or is gone. */
async function isSame(a: string, b: string): Promise<boolean> {
  if (resolve(a) === resolve(b)) return true
  try {
    return (await realpath(a)) === (await realpath(b))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false
    throw error
  }
}
