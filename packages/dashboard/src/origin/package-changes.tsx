import type { PackageChange, PackageChangesDocument } from '@repocast/api'
import { useLive } from '../live/use-live.ts'
import { Absent, Waiting } from '../page/frame.tsx'
import { amount, countText } from '../words/quantities.ts'

interface PackageChangesProps {
  readonly name: string
  readonly serial: number
}

/** Which packages the newest snapshot changed. The origin compares them when it is asked first, which may take a while. */
export function PackageChanges({ name, serial }: PackageChangesProps) {
  const live = useLive<PackageChangesDocument>({
    url: `package-changes/${encodeURIComponent(name)}.json?serial=${serial}`,
  })
  return (
    <section aria-labelledby="packages-changed">
      <h2 id="packages-changed">Packages that it changed</h2>
      {live.document === undefined ? <Waiting live={live} /> : <Told document={live.document} />}
    </section>
  )
}

const order: readonly PackageChange['change'][] = ['added', 'upgraded', 'downgraded', 'replaced', 'removed']

function Told({ document: { counts, unknown, changes } }: { readonly document: PackageChangesDocument }) {
  if (counts === null) return <Absent title={`They cannot be told: ${unknown ?? ''}`} />
  const all = order.reduce((sum, change) => sum + counts[change], 0)
  if (all === 0) return <Absent title="None" />
  const words = order.filter(change => counts[change] > 0).map(change => `${countText(counts[change])} ${change}`)
  return (
    <>
      <p>{words.join(', ')}</p>
      <ul class="paths packages">
        {changes.map(one => (
          <li key={`${one.place} ${one.name} ${one.architecture} ${one.from} ${one.to}`} class={one.change}>
            <span class="what">{one.change}</span>
            <span>
              <span class="path">{one.name}</span> <span class="soft">{one.architecture}</span>{' '}
              {one.place !== '' && <span class="soft">in {one.place}</span>}
            </span>
            <span class="size">{[one.from, one.to].filter(version => version !== null).join(' → ')}</span>
          </li>
        ))}
      </ul>
      {all > changes.length && <p class="soft">and {amount(all - changes.length, 'more package')}</p>}
    </>
  )
}
