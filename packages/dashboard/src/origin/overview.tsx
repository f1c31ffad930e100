import type { OverviewDocument } from '@repocast/api'
import { useEffect } from 'preact/hooks'
import { Matrix } from './matrix.tsx'
import { PublicMirrors } from './public-mirrors.tsx'
import { Repositories } from './repositories.tsx'
import { Summary } from './summary.tsx'
import { Traffic } from './traffic.tsx'

/** The first page: what is published, and who serves it. */
export function Overview({ overview }: { readonly overview: OverviewDocument }) {
  useEffect(() => {
    document.title = `repocast: ${new URL(overview.origin).host}`
  }, [overview.origin])
  return (
    <>
      <h1 class="unseen">Overview</h1>
      <Summary overview={overview} />
      <Repositories overview={overview} />
      <Matrix overview={overview} />
      <PublicMirrors overview={overview} />
      <Traffic />
    </>
  )
}
