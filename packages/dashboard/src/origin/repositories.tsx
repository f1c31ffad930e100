import type { OverviewDocument, OverviewRepository } from '@repocast/api'
import { Absent } from '../page/frame.tsx'
import { Table } from '../page/table.tsx'
import { hashOf } from '../page/use-hash.ts'
import { useNow } from '../page/use-now.ts'
import { agoText, amount, bytesText, countText, durationText } from '../words/quantities.ts'

/** What is published: a row for each repository. */
export function Repositories({ overview }: { readonly overview: OverviewDocument }) {
  const now = useNow()
  const newestFirst = [...overview.repositories].sort((a, b) => b.created.localeCompare(a.created))
  if (overview.repositories.length === 0) {
    return (
      <section aria-labelledby="repositories">
        <h2 id="repositories">Repositories</h2>
        <Troubles troubles={overview.troubles} />
        <Absent title="Nothing is published yet">
          <p>
            Publish a tree with <code>repocast origin publish NAME DIRECTORY</code>. It shows up here by itself.
          </p>
        </Absent>
      </section>
    )
  }
  return (
    <section aria-labelledby="repositories">
      <h2 id="repositories">Repositories</h2>
      <Troubles troubles={overview.troubles} />
      <Table
        label="Table of repositories"
        name="repositories"
        columns={[
          'Name',
          { number: 'Serial' },
          'Published',
          'What changed',
          { number: 'Size' },
          'Mirrors up to date',
          'Last check',
        ]}
        isTall
      >
        {newestFirst.map(one => (
          <Row key={one.name} repository={one} now={now} />
        ))}
      </Table>
    </section>
  )
}

/** Watched trees that cannot be published. */
function Troubles({ troubles }: Pick<OverviewDocument, 'troubles'>) {
  return troubles.map(({ repository, code, message, unpublishedSeconds }) => (
    <p class="notice bad" key={repository}>
      <strong>{repository} is not published</strong>
      {unpublishedSeconds > 0 && ` for ${durationText(unpublishedSeconds)}`}: {message} <code>{code}</code>
    </p>
  ))
}

function Row({ repository, now }: { readonly repository: OverviewRepository; readonly now: number }) {
  const { name, kind, serial, created, bytes, files, current, behind } = repository
  return (
    <tr>
      <th scope="row">
        <a href={hashOf('repositories', name)}>{name}</a> <span class="kind">{kind}</span>
      </th>
      <td class="number serial">{countText(serial)}</td>
      <td>
        <time dateTime={created} title={created}>
          {agoText(created, now)}
        </time>
      </td>
      <td>
        <Changed repository={repository} />
      </td>
      <td class="number" title={amount(files, 'file')}>
        {bytesText(bytes)}
      </td>
      <td>
        <Share current={current} all={current + behind} />
      </td>
      <td>
        <Check repository={repository} />
      </td>
    </tr>
  )
}

function Changed({ repository: { changes, serial, newBytes, files } }: { readonly repository: OverviewRepository }) {
  const size = <span class="soft">{bytesText(newBytes)} new</span>
  if (serial === 1) {
    return (
      <>
        first, {amount(files, 'file')} · {size}
      </>
    )
  }
  if (changes === null) return size
  return (
    <>
      <ChangeMarks {...changes} /> · {size}
    </>
  )
}

interface Counts {
  readonly added: number
  readonly changed: number
  readonly removed: number
}

/** `+3 ~1 −2`, with words for those who hear it. */
export function ChangeMarks({ added, changed, removed }: Counts) {
  if (added + changed + removed === 0) return <>attributes only</>
  return (
    <span class="marks">
      {added > 0 && <Mark sign="+" count={added} word="added" />}
      {changed > 0 && <Mark sign="~" count={changed} word="changed" />}
      {removed > 0 && <Mark sign="−" count={removed} word="removed" />}
    </span>
  )
}

function Mark({ sign, count, word }: { readonly sign: string; readonly count: number; readonly word: string }) {
  return (
    <span class={`mark ${word}`} title={`${amount(count, 'file')} ${word}`}>
      <span aria-hidden="true">{sign}</span>
      {countText(count)}
      <span class="unseen"> {word}</span>
    </span>
  )
}

/** How many of the mirrors that follow a repository are up to date. */
function Share({ current, all }: { readonly current: number; readonly all: number }) {
  if (all === 0) return <span class="soft">no mirror yet</span>
  return (
    <span class="share">
      <span class="bar" aria-hidden="true">
        <span class="done" style={{ inlineSize: `${(100 * current) / all}%` }} />
      </span>
      {countText(current)} of {countText(all)}
    </span>
  )
}

function Check({ repository: { name, findings } }: { readonly repository: OverviewRepository }) {
  const { errors, warnings, notes } = findings
  if (errors + warnings + notes === 0) return <span class="soft">no findings</span>
  const words = [
    errors > 0 && amount(errors, 'error'),
    warnings > 0 && amount(warnings, 'warning'),
    notes > 0 && amount(notes, 'note'),
  ].filter(word => word !== false)
  return (
    <a class={errors > 0 ? 'bad' : warnings > 0 ? 'warn' : ''} href={hashOf('repositories', name)}>
      {words.join(', ')}
    </a>
  )
}
