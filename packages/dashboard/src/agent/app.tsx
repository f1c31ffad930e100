import type { AgentActivity, AgentStatus } from '@repocast/api'
import { useEffect } from 'preact/hooks'
import { useLive } from '../live/use-live.ts'
import { Figure } from '../page/figure.tsx'
import { type FootLink, Frame, Waiting } from '../page/frame.tsx'
import { bytesText, countText, rateText } from '../words/quantities.ts'
import { timeText } from '../words/times.ts'
import { Failures } from './failures.tsx'
import { Peers } from './peers.tsx'
import { Repositories } from './repositories.tsx'

const links: readonly FootLink[] = [
  ['status.json', 'JSON'],
  ['metrics', 'Metrics'],
]

/** The page of one mirror, served by its agent. */
export function AgentApp() {
  const live = useLive<AgentStatus>({ url: 'status.json', everyMilliseconds: 2000 })
  const activity = useLive<AgentActivity>({ url: 'activity.json', everyMilliseconds: 4000 }).document
  const status = live.document
  useEffect(() => {
    if (status?.name !== undefined) document.title = `${status.name} · repocast`
  }, [status?.name])
  return (
    <Frame subject={status?.name} live={live} links={links}>
      {status === undefined ? (
        <Waiting live={live} />
      ) : (
        <>
          <h1 class="unseen">{status.name}</h1>
          <Figures status={status} limits={activity?.limits} />
          <About status={status} />
          <Repositories status={status} />
          <Failures failures={activity?.failures} />
          <Peers activity={activity} />
        </>
      )}
    </Frame>
  )
}

interface FiguresProps {
  readonly status: AgentStatus
  readonly limits: AgentActivity['limits'] | undefined
}

function Figures({ status, limits }: FiguresProps) {
  const { downloadRate, uploadRate, downloadedBytes, uploadedBytes, fromMirrorsBytes, peers, disk } = status
  const share = downloadedBytes > 0 ? `${Math.round((100 * fromMirrorsBytes) / downloadedBytes)} %` : 'none yet'
  return (
    <dl class="figures">
      <Figure name="Takes" value={rateText(downloadRate)} note={limitText(limits?.downloadRate)} />
      <Figure name="Gives" value={rateText(uploadRate)} note={limitText(limits?.uploadRate)} />
      <Figure name="Taken" value={bytesText(downloadedBytes)} note={`from mirrors: ${share}`} />
      <Figure name="Given" value={bytesText(uploadedBytes)} note="since the start" />
      <Figure name="Peers" value={countText(peers)} note={limits && `at most ${countText(limits.connections)}`} />
      <Figure
        name="Disk"
        value={disk === null ? 'not told' : `${bytesText(disk.freeBytes)} free`}
        note={disk === null ? undefined : `of ${bytesText(disk.totalBytes)}`}
      />
    </dl>
  )
}

function limitText(limit: number | null | undefined): string | undefined {
  if (limit === undefined) return undefined
  return limit === null ? 'without limit' : `at most ${rateText(limit)}`
}

function About({ status: { program, started, publicUrl } }: { readonly status: AgentStatus }) {
  return (
    <p class="soft facts">
      version {program} · started {timeText(started)} UTC
      {publicUrl !== null && (
        <>
          {' · '}
          <a href={publicUrl} rel="noreferrer">
            {publicUrl}
          </a>
        </>
      )}
    </p>
  )
}
