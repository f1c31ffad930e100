import type { MirrorDocument, MirrorStatistics } from '@repocast/api'
import { useEffect, useState } from 'preact/hooks'
import { Legend } from '../chart/legend.tsx'
import { type Range, RangeChoice, rangeSeconds } from '../chart/ranges.tsx'
import { TrafficChart } from '../chart/traffic-chart.tsx'
import type { Curve } from '../chart/traffic-data.ts'
import { useLive } from '../live/use-live.ts'
import { Figure } from '../page/figure.tsx'
import { Absent, Waiting } from '../page/frame.tsx'
import { Table } from '../page/table.tsx'
import { hashOf } from '../page/use-hash.ts'
import { useNow } from '../page/use-now.ts'
import { agoText, amount, bytesText, countText, durationText, rateText } from '../words/quantities.ts'
import { timeText } from '../words/times.ts'

/** One mirror: what it serves, how far it is, what it moved. */
export function MirrorPage({ id }: { readonly id: string }) {
  const [range, setRange] = useState<Range>('hours')
  const live = useLive<MirrorDocument>({
    url: `mirrors/${encodeURIComponent(id)}.json?range=${range}`,
    events: { url: 'events?statistics', names: ['published', 'statistics'] },
  })
  const mirror = live.document
  const name = mirror?.mirror.name
  useEffect(() => {
    if (name !== undefined) document.title = `${name} · repocast`
  }, [name])
  return (
    <>
      <p class="back">
        <a href="#/">Overview</a>
      </p>
      {mirror === undefined ? (
        <Waiting live={live} />
      ) : (
        <>
          <h1>{name}</h1>
          <Facts document={mirror} />
          <Serves mirror={mirror.mirror} status={mirror.status} />
          <section aria-labelledby="moved">
            <div class="section-head">
              <h2 id="moved">Traffic</h2>
              <RangeChoice range={range} setRange={setRange} />
            </div>
            <div class="panel chart-panel">
              <History key={range} document={mirror} range={range} received={live.received} />
            </div>
          </section>
        </>
      )}
    </>
  )
}

function Facts({ document: { mirror, status, totals } }: { readonly document: MirrorDocument }) {
  const now = useNow()
  const { publicUrl, version, lastReport, disk, downloadRate, uploadRate, peers } = mirror
  return (
    <>
      <p class="soft facts">
        {publicUrl !== null && (
          <>
            <a href={publicUrl} rel="noreferrer">
              {publicUrl}
            </a>
            {' · '}
          </>
        )}
        version {version} · started {timeText(status.started)} UTC · reported {agoText(lastReport, now)}
      </p>
      <dl class="figures">
        <Figure name="Takes now" value={rateText(downloadRate)} note={`${bytesText(totals.takenBytes)} ever`} />
        <Figure name="Gives now" value={rateText(uploadRate)} note={`${bytesText(totals.givenBytes)} ever`} />
        <Figure name="Peers" value={countText(peers)} note="connected" />
        <Figure
          name="Disk"
          value={disk === null ? 'not told' : `${bytesText(disk.freeBytes)} free`}
          note={disk === null ? undefined : `of ${bytesText(disk.totalBytes)}`}
        />
      </dl>
    </>
  )
}

interface ServesProps {
  readonly mirror: MirrorStatistics
  readonly status: MirrorDocument['status']
}

function Serves({ mirror, status }: ServesProps) {
  const errors = status.repositories.filter(one => one.error !== null)
  return (
    <section aria-labelledby="serves">
      <h2 id="serves">Repositories</h2>
      {mirror.repositories.length === 0 ? (
        <Absent title="It follows no repository" />
      ) : (
        <Table
          label="Table of its repositories"
          columns={['Name', { number: 'Serves' }, { number: 'Newest' }, 'Behind', 'State', 'Last change']}
        >
          {mirror.repositories.map((one, place) => (
            <tr key={one.name}>
              <th scope="row">
                {one.newestSerial === null ? one.name : <a href={hashOf('repositories', one.name)}>{one.name}</a>}
              </th>
              <td class="number">{one.serial === null ? 'nothing' : countText(one.serial)}</td>
              <td class="number">{one.newestSerial === null ? 'not ours' : countText(one.newestSerial)}</td>
              <td>
                {one.lagSerials === 0 ? (
                  <span class="soft">no</span>
                ) : (
                  <span class="warn">
                    {amount(one.lagSerials, 'serial')}, {durationText(one.lagSeconds)}
                  </span>
                )}
              </td>
              <td class={one.state === 'failed' ? 'bad' : ''}>
                {one.state}
                {one.state === 'fetching' && ` ${Math.floor(100 * one.progress)} %`}
              </td>
              <td class="soft">{swapText(status.repositories[place]?.swapped)}</td>
            </tr>
          ))}
        </Table>
      )}
      {errors.map(({ name, error }) => (
        <p class="notice bad" key={name}>
          <strong>{name}</strong>: {error?.message} <code>{error?.code}</code>
        </p>
      ))}
    </section>
  )
}

function swapText(swapped: string | null | undefined): string {
  return swapped === null || swapped === undefined ? 'not known' : `${timeText(swapped)} UTC`
}

interface HistoryProps {
  readonly document: MirrorDocument
  readonly range: Range
  readonly received: number
}

function History({ document: { history }, range, received }: HistoryProps) {
  const { times, givenBytes, takenBytes, resolutionSeconds, lagSeconds } = history
  const curves: Curve[] = [
    { name: 'taken', color: '--accent', times, bytes: takenBytes },
    { name: 'given', color: '--second', times, bytes: givenBytes },
  ]
  const until = received / 1000
  const worst = Math.max(0, ...lagSeconds)
  return (
    <>
      <Legend curves={curves} />
      <TrafficChart
        label="What this mirror took and gave"
        curves={curves}
        resolutionSeconds={resolutionSeconds}
        from={until - rangeSeconds[range]}
        until={until}
      />
      <p class="soft under">
        {worst === 0
          ? 'It was never behind in this time.'
          : `It was ${durationText(worst)} behind at most in this time.`}
      </p>
    </>
  )
}
