import type { OverviewDocument, PublicMirrorStatistics } from '@repocast/api'
import { Table } from '../page/table.tsx'
import { hashOf } from '../page/use-hash.ts'
import { useNow } from '../page/use-now.ts'
import { agoText, amount, countText } from '../words/quantities.ts'

/** Mirrors that clients may be sent to: how many will do, and what is wrong with the others. */
export function PublicMirrors({ overview: { publicMirrors } }: { readonly overview: OverviewDocument }) {
  const { count, fresh, others } = publicMirrors
  if (count === 0) return null
  const more = count - fresh - others.length
  return (
    <section aria-labelledby="public-mirrors">
      <h2 id="public-mirrors">Public mirrors</h2>
      <p class="facts">
        {countText(fresh)} of {countText(count)} fresh
        <span class="soft"> · asked again and again what they serve; clients are sent to fresh ones</span>
      </p>
      {others.length > 0 && <Mirrors mirrors={others} hasRepositories />}
      {more > 0 && <p class="soft">and {amount(more, 'more')}</p>}
    </section>
  )
}

/** The same of one repository, each of them. */
export function RepositoryPublicMirrors({ mirrors }: { readonly mirrors: readonly PublicMirrorStatistics[] }) {
  if (mirrors.length === 0) return null
  return (
    <section aria-labelledby="public-mirrors">
      <h2 id="public-mirrors">Public mirrors</h2>
      <Mirrors mirrors={mirrors} />
    </section>
  )
}

interface MirrorsProps {
  readonly mirrors: readonly PublicMirrorStatistics[]
  readonly hasRepositories?: boolean
}

function Mirrors({ mirrors, hasRepositories = false }: MirrorsProps) {
  const now = useNow()
  return (
    <Table
      label="Table of public mirrors"
      name="public-mirrors"
      columns={['State', 'Address', ...(hasRepositories ? ['Repository'] : []), 'Since', 'Why']}
      isTall
    >
      {mirrors.map(({ repository, url, state, why, since }) => (
        <tr key={url}>
          <td class={classes[state]}>{state}</td>
          <th scope="row">
            <a href={url} rel="noreferrer">
              {url.replace(/^https?:\/\//, '')}
            </a>
          </th>
          {hasRepositories && (
            <td>
              <a href={hashOf('repositories', repository)}>{repository}</a>
            </td>
          )}
          <td>
            <time dateTime={since} title={since}>
              {agoText(since, now)}
            </time>
          </td>
          <td class="why">{why}</td>
        </tr>
      ))}
    </Table>
  )
}

const classes: Readonly<Record<PublicMirrorStatistics['state'], string>> = {
  fresh: 'good',
  previous: 'soft',
  stale: 'warn',
  wrong: 'bad',
  dead: 'bad',
}
