import { RepocastError } from '@repocast/errors'
import type { RepositoryName, SnapshotRecord } from '@repocast/objects'
import type { PublishedSnapshots } from '../published-snapshots.ts'
import type { Areas } from './areas.ts'
import { orderFor } from './choose.ts'
import type { Probed } from './prober.ts'

export interface MirrorListOptions {
  readonly areas: Areas
  /** Seconds after a publish in which mirrors with the snapshot before are good enough. */
  readonly previousForSeconds: number
  /** Addresses that clients are sent to when no mirror will do; `{repository}` stands for its name. */
  readonly fallback: readonly string[]
  readonly random: () => number
  readonly clock: () => Date
}

/** The mirrors of a repository that a client may be sent to, best first. */
export class MirrorLists {
  readonly #options: MirrorListOptions
  readonly #snapshots: Pick<PublishedSnapshots, 'newest'>
  readonly #probed: (repository: RepositoryName) => readonly Probed[]

  constructor(
    options: MirrorListOptions,
    snapshots: Pick<PublishedSnapshots, 'newest'>,
    probed: (repository: RepositoryName) => readonly Probed[],
  ) {
    this.#options = options
    this.#snapshots = snapshots
    this.#probed = probed
  }

  /**
   * Addresses of the repository at mirrors with the newest snapshot; when there is none, for a while those with the
   * one before; then the fallback.
   * @throws RepocastError REPOCAST_NO_MIRROR, REPOCAST_NOTHING_PUBLISHED
   */
  urls(repository: RepositoryName, client: string): string[] {
    const { fresh, previous } = this.#sorted(this.newest(repository), client)
    return this.#orFallback(repository, fresh.length > 0 ? fresh : previous)
  }

  /** As `urls`, but with mirrors that have the snapshot before behind the others: for clients that verify. @throws as `urls` */
  urlsOfBoth(repository: RepositoryName, client: string): string[] {
    const { fresh, previous } = this.#sorted(this.newest(repository), client)
    return this.#orFallback(repository, [...fresh, ...previous])
  }

  /** @throws RepocastError REPOCAST_NOTHING_PUBLISHED */
  newest(repository: RepositoryName): SnapshotRecord {
    const record = this.#snapshots.newest(repository)
    if (record) return record
    throw new RepocastError('REPOCAST_NOTHING_PUBLISHED', {
      message: `nothing is published as ${repository} here`,
      hint: 'look at the name',
    })
  }

  #sorted({ repository, serial, created }: SnapshotRecord, client: string): { fresh: string[]; previous: string[] } {
    const { areas, random, clock, previousForSeconds } = this.#options
    const ageSeconds = (clock().getTime() - Date.parse(created)) / 1000
    const [fresh, previous]: [Probed[], Probed[]] = [[], []]
    for (const probed of this.#probed(repository)) {
      if (probed.state === 'fresh' && probed.serial === serial) fresh.push(probed)
      // since it was asked, a snapshot was published
      else if (probed.state === 'fresh' && probed.serial === serial - 1) previous.push(probed)
      else if (probed.state === 'previous' && probed.serial === serial) previous.push(probed)
    }
    const area = areas.of(client)
    const order = (list: readonly Probed[]): string[] =>
      orderFor(
        list.map(({ url, mirror }) => ({ url, area: mirror.area, weight: mirror.weight })),
        area,
        random,
      ).map(({ url }) => url)
    return { fresh: order(fresh), previous: ageSeconds < previousForSeconds ? order(previous) : [] }
  }

  #orFallback(repository: RepositoryName, urls: readonly string[]): string[] {
    if (urls.length > 0) return [...urls]
    const fallback = this.#options.fallback.map(url => url.replaceAll('{repository}', repository))
    if (fallback.length > 0) return fallback.map(url => (url.endsWith('/') ? url : `${url}/`))
    throw new RepocastError('REPOCAST_NO_MIRROR', {
      message: `no mirror serves the newest snapshot of ${repository}`,
      hint: 'try again in a minute; its operator may name a `fallback` in `mirror-lists`',
    })
  }
}
