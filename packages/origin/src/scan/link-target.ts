import { relative } from 'node:path/posix'

/**
 * The target that a link in `directory` of a tree gets on mirrors: one that leads into the tree by an absolute path, as
 * the links of aptly do, becomes relative. `tops` are the absolute paths by which the tree is known.
 */
export function linkTarget(target: string, directory: string, tops: readonly string[]): string {
  if (target.split('/').includes('..')) return target
  const top = tops.find(path => target === path || target.startsWith(`${path}/`))
  return top === undefined ? target : relative(`/${directory}`, `/${target.slice(top.length)}`) || '.'
}
