import type { OverviewDocument } from '@repocast/api'
import { useLive } from '../live/use-live.ts'
import { Frame, Waiting } from '../page/frame.tsx'
import { useHash } from '../page/use-hash.ts'
import { Overview } from './overview.tsx'
import { RepositoryPage } from './repository-page.tsx'

const source = {
  url: 'overview.json',
  events: { url: 'events?statistics', names: ['published', 'statistics'] },
}

/** The origin's dashboard. */
export function OriginApp() {
  const live = useLive<OverviewDocument>(source)
  const [kind, name] = useHash()
  const overview = live.document
  return (
    <Frame subject={overview?.origin} live={live}>
      {overview === undefined ? (
        <Waiting live={live} />
      ) : kind === 'repositories' && name !== undefined ? (
        <RepositoryPage key={name} name={name} overview={overview} />
      ) : (
        <Overview overview={overview} />
      )}
    </Frame>
  )
}
