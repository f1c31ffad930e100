import type { OverviewDocument } from '@repocast/api'
import { Figure } from '../page/figure.tsx'
import { amount, bytesText, countText } from '../words/quantities.ts'

/** The line of figures at the top. */
export function Summary({ overview }: { readonly overview: OverviewDocument }) {
  const { repositories, totals } = overview
  const { mirrors, currentMirrors, silentMirrors, peers, seeders, originGivenBytes, mirrorsGivenBytes } = totals
  const errors = repositories.filter(one => one.findings.errors > 0).length
  return (
    <dl class="figures">
      <Figure
        name="Repositories"
        value={countText(repositories.length)}
        note={errors > 0 ? `${countText(errors)} with errors` : bytesText(sum(repositories.map(one => one.bytes)))}
      />
      <Figure
        name="Mirrors up to date"
        value={
          <>
            {countText(currentMirrors)}
            <span class="of"> of {countText(mirrors)}</span>
          </>
        }
        note={silentMirrors > 0 ? `${countText(silentMirrors)} silent` : undefined}
      />
      <Figure name="Peers" value={countText(peers)} note={`${amount(seeders, 'seeder')}`} />
      <Figure name="Given by the origin" value={bytesText(originGivenBytes)} note="ever" />
      <Figure name="Given by mirrors" value={bytesText(mirrorsGivenBytes)} note="to each other, ever" />
    </dl>
  )
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
