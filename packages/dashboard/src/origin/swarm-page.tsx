import type { SwarmDocument } from '@repocast/api'
import { useEffect, useState } from 'preact/hooks'
import { useLive } from '../live/use-live.ts'
import { Figure } from '../page/figure.tsx'
import { Waiting } from '../page/frame.tsx'
import { Table } from '../page/table.tsx'
import { hashOf } from '../page/use-hash.ts'
import { amount, bytesText, countText } from '../words/quantities.ts'
import { nodeSums } from './swarm-layout.ts'
import { SwarmPicture } from './swarm-picture.tsx'

/** The swarm of a pack: who gives to whom, which pieces are rare. */
export function SwarmPage({ infoHash }: { readonly infoHash: string }) {
  const live = useLive<SwarmDocument>({
    url: `swarms/${encodeURIComponent(infoHash)}.json`,
    events: { url: 'events?statistics', names: ['statistics'] },
  })
  const swarm = live.document
  useEffect(() => {
    document.title = 'Swarm · repocast'
  }, [])
  return (
    <>
      <p class="back">
        <a href="#/">Overview</a>
      </p>
      <h1>{swarm?.name ?? 'Swarm'}</h1>
      <p class="soft facts hash">{infoHash}</p>
      {swarm === undefined ? <Waiting live={live} /> : <Details swarm={swarm} />}
    </>
  )
}

function Details({ swarm }: { readonly swarm: SwarmDocument }) {
  const [chosen, setChosen] = useState<number>()
  const { bytes, pieces, seeders, leechers, copies, edges, othersCount } = swarm
  const rarest = Math.min(...copies.fewest)
  return (
    <>
      <dl class="figures">
        <Figure name="Size" value={bytesText(bytes)} note={amount(pieces, 'piece')} />
        <Figure name="Seeders" value={countText(seeders)} note="by the tracker" />
        <Figure name="Leechers" value={countText(leechers)} note="by the tracker" />
        <Figure name="Rarest piece" value={amount(rarest, 'copy', 'copies')} note={amount(copies.holders, 'holder')} />
      </dl>
      <section aria-labelledby="gives">
        <div class="section-head">
          <h2 id="gives">Who gives to whom</h2>
          <ul class="legend">
            <li>
              <span class="key second" aria-hidden="true" />
              the origin gives
            </li>
            <li>
              <span class="key accent" aria-hidden="true" />
              mirrors and clients give
            </li>
          </ul>
        </div>
        <div class="panel">
          <SwarmPicture swarm={swarm} chosen={chosen} />
          <p class="soft under">
            {edges.length === 0 && 'Nothing moves now. '}
            {othersCount > 0 &&
              `${amount(othersCount, 'more mirror has', 'more mirrors have')} it and move little of it now.`}
          </p>
        </div>
      </section>
      <Pieces copies={copies} pieces={pieces} />
      <Nodes swarm={swarm} choose={setChosen} />
    </>
  )
}

function Pieces({ copies: { fewest, holders }, pieces }: Pick<SwarmDocument, 'copies' | 'pieces'>) {
  const [rarest, most] = [Math.min(...fewest), Math.max(...fewest)]
  const run = Math.ceil(pieces / Math.max(1, fewest.length))
  return (
    <section aria-labelledby="pieces">
      <h2 id="pieces">Pieces</h2>
      <div class="panel">
        <svg
          class="pieces"
          viewBox={`0 0 ${fewest.length} 1`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`Copies of the pieces: ${rarest} of the rarest, ${most} of the most common`}
        >
          {fewest.map((count, place) => (
            <rect
              key={place}
              class={count <= 1 ? 'rare' : ''}
              x={place + 0.05}
              width={0.9}
              y={1 - count / holders}
              height={count / holders}
            />
          ))}
        </svg>
        <p class="soft under">
          From the first piece to the last; each bar is{' '}
          {run === 1 ? 'a piece' : `the rarest of ${amount(run, 'piece')}`}.
          {rarest === most
            ? ` ${amount(most, 'copy', 'copies')} of each.`
            : ` ${amount(rarest, 'copy', 'copies')} of the rarest, ${countText(most)} of the most common.`}
        </p>
      </div>
    </section>
  )
}

interface NodesProps {
  readonly swarm: SwarmDocument
  readonly choose: (place: number | undefined) => void
}

const kinds = { origin: 'origin', mirror: 'mirror', client: 'other client' } as const

/** The same as the picture, in words. */
function Nodes({ swarm, choose }: NodesProps) {
  const sums = nodeSums(swarm)
  return (
    <section aria-labelledby="peers">
      <h2 id="peers">Peers</h2>
      <Table
        label="Table of peers"
        columns={[
          'Name',
          'Kind',
          { number: 'Has' },
          { number: 'Took from the origin' },
          { number: 'Took from others' },
          { number: 'Gave' },
        ]}
      >
        {swarm.nodes.map(({ name, kind, mirrorId, held }, place) => (
          <tr key={`${place} ${name}`} onMouseEnter={() => choose(place)} onMouseLeave={() => choose(undefined)}>
            <th scope="row">{mirrorId === null ? name : <a href={hashOf('mirrors', mirrorId)}>{name}</a>}</th>
            <td class="soft">{kinds[kind]}</td>
            <td class="number">{held === null ? 'not known' : `${Math.floor(100 * held)} %`}</td>
            <td class="number">{bytesText(sums[place]?.fromOrigin ?? 0)}</td>
            <td class="number">{bytesText(sums[place]?.fromOthers ?? 0)}</td>
            <td class="number">{bytesText(sums[place]?.given ?? 0)}</td>
          </tr>
        ))}
      </Table>
    </section>
  )
}
