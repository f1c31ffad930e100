import type { OverviewDocument, RepositoryDocument } from '@repocast/api'
import { useEffect } from 'preact/hooks'
import { useLive } from '../live/use-live.ts'
import { Absent, Waiting } from '../page/frame.tsx'
import { Table } from '../page/table.tsx'
import { hashOf } from '../page/use-hash.ts'
import { amount, bytesText, countText } from '../words/quantities.ts'
import { timeText } from '../words/times.ts'
import { PackageChanges } from './package-changes.tsx'
import { RepositoryPublicMirrors } from './public-mirrors.tsx'
import { ChangeMarks } from './repositories.tsx'

interface RepositoryPageProps {
  readonly name: string
  readonly overview: OverviewDocument
}

/** One repository: what its newest snapshot changed, what its check found, its packs. */
export function RepositoryPage({ name, overview }: RepositoryPageProps) {
  const { serial, kind } = overview.repositories.find(one => one.name === name) ?? {}
  // Another serial is another document.
  const live = useLive<RepositoryDocument>({ url: `repositories/${encodeURIComponent(name)}.json?serial=${serial}` })
  useEffect(() => {
    document.title = `${name} · repocast`
  }, [name])
  const repository = live.document
  return (
    <>
      <p class="back">
        <a href="#/">Overview</a>
      </p>
      <h1>{name}</h1>
      {repository === undefined ? (
        <Waiting live={live} />
      ) : (
        <Details repository={repository} hasPackages={kind === 'deb' || kind === 'yum'} />
      )}
    </>
  )
}

interface DetailsProps {
  readonly repository: RepositoryDocument
  readonly hasPackages: boolean
}

function Details({ repository, hasPackages }: DetailsProps) {
  return (
    <>
      <p class="soft">
        Serial {countText(repository.serial)}, published {timeText(repository.created)} UTC
      </p>
      {hasPackages && repository.changes !== null && (
        <PackageChanges key={repository.serial} name={repository.name} serial={repository.serial} />
      )}
      <Changes repository={repository} />
      <RepositoryPublicMirrors mirrors={repository.publicMirrors} />
      <Findings findings={repository.findings} />
      <Packs packs={repository.packs} />
    </>
  )
}

function Changes({ repository: { serial, changes } }: { readonly repository: RepositoryDocument }) {
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">What serial {countText(serial)} changed</h2>
      {changes === null ? (
        <Absent title={serial === 1 ? 'It is the first one' : 'The snapshot before it is not kept any more'} />
      ) : (
        <>
          <p>
            <ChangeMarks {...changes} /> <span class="soft">· {bytesText(changes.addedBytes)} in new files</span>
          </p>
          <ul class="paths">
            {changes.paths.map(({ path, change, bytes }) => (
              <li key={`${change} ${path}`} class={change}>
                <span class="what">{change}</span>
                <span class="path">{path}</span>
                <span class="size">{bytesText(bytes)}</span>
              </li>
            ))}
          </ul>
          <More shown={changes.paths.length} all={changes.added + changes.changed + changes.removed} />
        </>
      )}
    </section>
  )
}

function More({ shown, all }: { readonly shown: number; readonly all: number }) {
  return all > shown ? <p class="soft">and {amount(all - shown, 'more path')}</p> : null
}

function Findings({ findings }: Pick<RepositoryDocument, 'findings'>) {
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">Findings of the last check</h2>
      {findings.length === 0 ? (
        <Absent title="None" />
      ) : (
        <ul class="paths">
          {findings.map(({ code, severity, path, message, count }) => (
            <li key={`${code} ${path}`} class={severity}>
              <span class="what">{severity}</span>
              <span>
                <span class="path">{path}</span>
                {count > 1 ? ` and ${countText(count - 1)} more` : ''} <span class="soft">{message}</span>
              </span>
              <span class="size">{code}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Packs({ packs }: Pick<RepositoryDocument, 'packs'>) {
  return (
    <section aria-labelledby="packs">
      <h2 id="packs">Packs</h2>
      <Table
        label="Table of packs"
        columns={[
          'Info-hash',
          { number: 'Size' },
          { number: 'Objects' },
          { number: 'Seeders' },
          { number: 'Leechers' },
        ]}
      >
        {packs.map(({ infoHash, bytes, objects, seeders, leechers }) => (
          <tr key={infoHash}>
            <th scope="row" class="hash">
              <a href={hashOf('swarms', infoHash)}>{infoHash}</a>
            </th>
            <td class="number">{bytesText(bytes)}</td>
            <td class="number">{countText(objects)}</td>
            <td class="number">{countText(seeders)}</td>
            <td class="number">{countText(leechers)}</td>
          </tr>
        ))}
      </Table>
    </section>
  )
}
