import { RepocastError } from '@repocast/errors'

/** For commands that need what an agent has left in its data directory. */
export function noData(directory: string): RepocastError {
  return new RepocastError('REPOCAST_AGENT_NO_DATA', {
    message: `no agent has worked on ${directory} yet`,
    hint: 'name the data directory of an agent by --data',
  })
}
