import type { AgentStatus } from '@repocast/api'
import { countOf } from '@repocast/daemon'
import type { ProgressView } from './progress.ts'

const everyMilliseconds = 200

/** Shows what an agent fetches and builds, until the returned function is called. */
export function showAgentProgress(view: ProgressView, status: () => AgentStatus): () => void {
  const show = (): void => {
    for (const { name, state, bytesDone, bytesWanted } of status().repositories) {
      if (state === 'fetching' || state === 'building')
        view.show({ name, step: state, done: bytesDone, total: bytesWanted })
    }
  }
  const timer = setInterval(show, everyMilliseconds)
  return () => {
    clearInterval(timer)
    view.stop()
  }
}

/** One line about all repositories, for `systemctl status`. */
export function agentSummary({ repositories, peers }: AgentStatus): string {
  const parts = repositories.map(({ name, state, serial, bytesDone, bytesWanted }) => {
    const percent = state === 'fetching' && bytesWanted > 0 ? ` ${Math.floor((100 * bytesDone) / bytesWanted)} %` : ''
    return `${name} ${serial ?? 'nothing yet'} (${state}${percent})`
  })
  return `${parts.join(', ') || 'follows nothing'}; ${countOf(peers, 'peer')}`
}
