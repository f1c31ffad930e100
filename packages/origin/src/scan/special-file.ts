import { RepocastError } from '@repocast/errors'

/** @param display the path as people read it */
export function specialFile(display: string): RepocastError {
  return new RepocastError('REPOCAST_TREE_SPECIAL_FILE', {
    message: `${display} is a device, pipe or socket`,
    hint: 'remove it: only files, directories and symbolic links can be published',
  })
}
