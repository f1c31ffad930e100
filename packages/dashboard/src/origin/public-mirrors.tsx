import type { OverviewDocument, PublicMirrorStatistics } from '@repocast/api'
import { Scroller } from '../page/scroller.tsx'
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
      {others.length > 0 && <Table mirrors={others} hasRepositories />}
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
      <Table mirrors={mirrors} />
    </section>
  )
}

interface TableProps {
  readonly mirrors: readonly PublicMirrorStatistics[]
  readonly hasRepositories?: boolean
}

function Table({ mirrors, hasRepositories = false }: TableProps) {
  const now = useNow()
  return (
    <Scroller label="Table of public mirrors" isTall>
      <table class="list public-mirrors">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Address</th>
            {hasRepositories && <th scope="col">Repository</th>}
            <th scope="col">Since</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
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
        </tbody>
      </table>
    </Scroller>
  )
}

const classes: Readonly<Record<PublicMirrorStatistics['state'], string>> = {
  fresh: 'good',
  previous: 'soft',
  stale: 'warn',
  wrong: 'bad',
  dead: 'bad',
}
