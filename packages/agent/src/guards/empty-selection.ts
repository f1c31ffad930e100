import { formatCount } from '@repocast/daemon'
import { RepocastError } from '@repocast/errors'
import type { Selection } from '@repocast/store'

/** The note about what a filter leaves out is in each selection. */
const ownFiles = 1

/**
 * Refuses a filter that leaves out every file of a snapshot: it is a mistake in the filter, and would empty the mirror.
 * @throws RepocastError REPOCAST_FILTER_TAKES_NOTHING
 */
export function assertTakesSomething(selection: Selection | undefined): void {
  if (selection === undefined || selection.counts.files > ownFiles || selection.leftOut.files === 0) return
  const { repository, serial, leftOut } = selection
  throw new RepocastError('REPOCAST_FILTER_TAKES_NOTHING', {
    message: `the filter leaves out all ${formatCount(leftOut.files)} files of ${repository} ${serial}`,
    hint: 'look for a mistake in `filter` of agent.yaml, such as the name of a suite; what is served stays',
  })
}
