import type { TrafficDocument } from '@repocast/api'
import { useState } from 'preact/hooks'
import { Legend } from '../chart/legend.tsx'
import { type Range, RangeChoice, rangeSeconds } from '../chart/ranges.tsx'
import { TrafficChart } from '../chart/traffic-chart.tsx'
import type { Curve } from '../chart/traffic-data.ts'
import { useLive } from '../live/use-live.ts'
import { Waiting } from '../page/frame.tsx'
import { bytesText } from '../words/quantities.ts'
import { Savings } from './savings.tsx'

/** How much moved over time, and how much of it the origin was spared. */
export function Traffic() {
  const [range, setRange] = useState<Range>('hours')
  const live = useLive<TrafficDocument>({ url: `traffic.json?range=${range}` })
  const traffic = live.document
  return (
    <section aria-labelledby="traffic">
      <div class="section-head">
        <h2 id="traffic">Traffic</h2>
        <RangeChoice range={range} setRange={setRange} />
      </div>
      <div class="traffic">
        <div class="panel chart-panel">
          {traffic === undefined ? (
            <Waiting live={live} />
          ) : (
            <Chart key={range} traffic={traffic} range={range} received={live.received} />
          )}
        </div>
        <div class="panel">{traffic && <Savings totals={traffic.totals} />}</div>
      </div>
    </section>
  )
}

interface ChartProps {
  readonly traffic: TrafficDocument
  readonly range: Range
  /** Milliseconds since 1970. */
  readonly received: number
}

function Chart({ traffic: { mirrors, origin }, range, received }: ChartProps) {
  const { times, takenBytes, fromOriginBytes } = mirrors
  const curves: Curve[] = [
    {
      name: 'mirrors gave each other',
      color: '--accent',
      times,
      bytes: takenBytes.map((taken, k) => taken - (fromOriginBytes[k] ?? 0)),
    },
    { name: 'the origin gave', color: '--second', times: origin.times, bytes: origin.givenBytes },
  ]
  const until = received / 1000
  const label = curves.map(({ name, bytes }) => `${name} ${bytesText(bytes.reduce((sum, one) => sum + one, 0))}`)
  return (
    <>
      <Legend curves={curves} />
      <TrafficChart
        label={`Traffic: ${label.join(', ')}`}
        curves={curves}
        resolutionSeconds={mirrors.resolutionSeconds}
        from={until - rangeSeconds[range]}
        until={until}
      />
    </>
  )
}
