import type { TrafficDocument, TrafficTotals } from '@repocast/api'
import { bytesText } from '../words/quantities.ts'

/** Whom the mirrors have their bytes from, ever, and what that spared the origin. */
export function Savings({ totals }: Pick<TrafficDocument, 'totals'>) {
  const { takenBytes, fromOriginBytes } = totals.mirrors
  const fromMirrors = takenBytes - fromOriginBytes
  return (
    <div class="savings">
      <h3>Whom mirrors took it from</h3>
      {takenBytes === 0 ? (
        <p class="soft">No mirror has taken anything yet.</p>
      ) : (
        <>
          <SplitBar totals={totals.mirrors} />
          <dl class="split">
            <div>
              <dt>
                <span class="key accent" aria-hidden="true" />
                Each other
              </dt>
              <dd>{bytesText(fromMirrors)}</dd>
            </div>
            <div>
              <dt>
                <span class="key second" aria-hidden="true" />
                The origin
              </dt>
              <dd>{bytesText(fromOriginBytes)}</dd>
            </div>
          </dl>
          <p class="soft">{spared(totals.mirrors)}</p>
        </>
      )}
    </div>
  )
}

function SplitBar({ totals: { takenBytes, fromOriginBytes } }: { readonly totals: TrafficTotals }) {
  return (
    <span class="split-bar" aria-hidden="true">
      <span class="accent" style={{ flexGrow: takenBytes - fromOriginBytes }} />
      <span class="second" style={{ flexGrow: fromOriginBytes }} />
    </span>
  )
}

/** What the same would have cost if every mirror had copied from the origin. */
export function spared({ takenBytes, fromOriginBytes }: TrafficTotals): string {
  const all = `With rsync all ${bytesText(takenBytes)} would have come from the origin`
  if (fromOriginBytes === 0) return `${all}.`
  const times = takenBytes / fromOriginBytes
  return times < 1.05 ? `${all}, as they did.` : `${all}: ${times.toFixed(times < 10 ? 1 : 0)} times as much.`
}
