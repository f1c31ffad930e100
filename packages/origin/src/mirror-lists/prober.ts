import { describeError, type Logger } from '@repocast/errors'
import type { RepositoryName, SnapshotRecord, TreeReader } from '@repocast/objects'
import type { PublishedSnapshots } from '../published-snapshots.ts'
import { ask, type Fetch } from './ask.ts'
import { type Asked, type Judgement, judge } from './judge.ts'
import { carries, type PublicMirror, repositoryUrl } from './public-mirror.ts'
import { type ExpectedFile, findMarkers, randomTarget, type Target } from './targets.ts'

/** How a mirror does with a repository. */
export interface Probed extends Judgement {
  readonly mirror: PublicMirror
  readonly repository: RepositoryName
  /** Address of the repository there. */
  readonly url: string
  /** The snapshot that was the newest when it was asked. */
  readonly serial: number
  /** Since when its state has been so. */
  readonly since: Date
  readonly asked: Date
  /** Times in a row that it did not answer. */
  readonly silent: number
  /** A file that was wrong: it is asked for again until it is right. */
  readonly caught?: string | undefined
}

export interface ProberOptions {
  readonly mirrors: readonly PublicMirror[]
  readonly snapshots: Pick<PublishedSnapshots, 'repositories' | 'newest' | 'get'>
  readonly readTree: TreeReader
  /** A file of a snapshot, undefined when there is none at `path`. */
  readonly fileOf: (record: SnapshotRecord, path: string) => ExpectedFile | undefined
  readonly intervalSeconds: number
  readonly fetch: Fetch
  readonly random: () => number
  /** Called when a mirror has changed its state. */
  readonly onChange: () => void
  readonly clock: () => Date
  readonly logger: Logger
}

/** Mirrors that are asked at the same time. */
const askedAtOnce = 16
/** A mirror that does not answer once may have had a bad moment. */
const deadAfter = 2

/** Asks all mirrors again and again what they serve. `stop` it. */
export class Prober {
  readonly #options: ProberOptions
  readonly #probed = new Map<string, Probed>()
  readonly #markers = new Map<RepositoryName, { readonly serial: number; readonly targets: readonly Target[] }>()
  readonly #stopped = new AbortController()
  #round: Promise<void> = Promise.resolve()
  #isNextWanted = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: ProberOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#options.mirrors.length === 0) return
    this.#timer = setInterval(() => void this.probeSoon(), this.#options.intervalSeconds * 1000)
    void this.probeSoon()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#stopped.abort()
    await this.#round
  }

  /** Asks all mirrors in a round behind the one that runs, if one does; resolves when it is over. */
  probeSoon(): Promise<void> {
    if (this.#isNextWanted) return this.#round
    this.#isNextWanted = true
    const { logger } = this.#options
    this.#round = this.#round
      .then(() => this.#probeAll())
      .catch((error: unknown) => {
        if (!this.#stopped.signal.aborted)
          logger.error({ error: describeError(error) }, 'the mirrors could not be asked what they serve')
      })
    return this.#round
  }

  /** What is known of the mirrors of a repository. */
  of(repository: RepositoryName): Probed[] {
    return [...this.#probed.values()].filter(probed => probed.repository === repository)
  }

  /** What is known of all. */
  all(): Probed[] {
    return [...this.#probed.values()]
  }

  async #probeAll(): Promise<void> {
    this.#isNextWanted = false
    const { snapshots, mirrors } = this.#options
    for (const repository of snapshots.repositories()) {
      const open = mirrors.filter(mirror => carries(mirror, repository))
      if (open.length === 0) continue
      const record = snapshots.newest(repository)
      if (record === undefined) continue
      const targets = await this.#targets(record)
      const next = async (): Promise<void> => {
        for (let mirror = open.pop(); mirror; mirror = open.pop()) await this.#probe(mirror, record, targets)
      }
      await Promise.all(Array.from({ length: askedAtOnce }, next))
    }
  }

  async #targets(record: SnapshotRecord): Promise<Target[]> {
    const { snapshots, readTree, random } = this.#options
    const { repository, serial, root } = record
    let markers = this.#markers.get(repository)
    if (markers?.serial !== serial) {
      const previous = snapshots.get(repository, serial - 1)
      markers = { serial, targets: await findMarkers(readTree, record, previous) }
      this.#markers.set(repository, markers)
    }
    const sample = await randomTarget(readTree, root.id, random)
    return sample ? [...markers.targets, sample] : [...markers.targets]
  }

  async #probe(mirror: PublicMirror, record: SnapshotRecord, targets: readonly Target[]): Promise<void> {
    const { fetch, clock, onChange, logger } = this.#options
    const { repository, serial } = record
    const url = repositoryUrl(mirror, repository)
    const before = this.#probed.get(url)
    const asked: Asked[] = []
    for (const target of [...targets, ...this.#caught(before, record)]) {
      const answer = await ask(fetch, url, target, this.#stopped.signal)
      asked.push({ ...target, answer })
      if (answer.kind === 'dead') break
    }
    const judgement = judge(asked)
    const silent = judgement.state === 'dead' ? (before?.silent ?? 0) + 1 : 0
    const keeps = before !== undefined && silent > 0 && silent < deadAfter
    const { state, why } = keeps ? before : judgement
    const caught = asked.find(({ isMarker, answer }) => !isMarker && answer.kind === 'other')?.path
    const isSame = before?.state === state
    const now = clock()
    this.#probed.set(url, {
      ...{ mirror, repository, url, state, why, silent },
      caught: silent > 0 ? before?.caught : caught,
      serial: keeps ? before.serial : serial,
      since: isSame ? before.since : now,
      asked: now,
    })
    if (isSame) return
    logger.info({ url, repository, serial, state, why }, 'a public mirror has changed its state')
    onChange()
  }

  #caught(before: Probed | undefined, record: SnapshotRecord): Target[] {
    const file = before?.caught === undefined ? undefined : this.#options.fileOf(record, before.caught)
    return file && before?.caught !== undefined
      ? [{ path: before.caught, isMarker: false, now: file, before: file }]
      : []
  }
}
