import type { OverviewDocument } from '@repocast/api'
import { useLive } from '../live/use-live.ts'
import { type FootLink, Frame, Waiting } from '../page/frame.tsx'
import { useHash } from '../page/use-hash.ts'
import { MirrorPage } from './mirror-page.tsx'
import { Overview } from './overview.tsx'
import { RepositoryPage } from './repository-page.tsx'
import { SwarmPage } from './swarm-page.tsx'

const source = {
  url: 'overview.json',
  events: { url: 'events?statistics', names: ['published', 'statistics'] },
}

const links: readonly FootLink[] = [
  ['stats', 'Plain page'],
  ['stats.json', 'JSON'],
  ['openapi.json', 'OpenAPI'],
  ['metrics', 'Metrics'],
]

/** The origin's dashboard. */
export function OriginApp() {
  const live = useLive<OverviewDocument>(source)
  const overview = live.document
  return (
    <Frame subject={overview?.origin} live={live} links={links}>
      {overview === undefined ? <Waiting live={live} /> : <Page overview={overview} />}
    </Frame>
  )
}

/** What the address names. */
function Page({ overview }: { readonly overview: OverviewDocument }) {
  const [kind, name] = useHash()
  if (name !== undefined) {
    if (kind === 'repositories') return <RepositoryPage key={name} name={name} overview={overview} />
    if (kind === 'mirrors') return <MirrorPage key={name} id={name} />
    if (kind === 'swarms') return <SwarmPage key={name} infoHash={name} />
  }
  return <Overview overview={overview} />
}
