import type { MirrorRepositoryStatistics, RepositoryStatus } from '@repocast/api'
import { isRepocastError } from '@repocast/errors'
import { parseRepositoryName, type RepositoryName } from '@repocast/objects'
import type { PublishedSnapshots } from '../published-snapshots.ts'

/** What is asked about what was published; a store knows it. */
export interface PublishedSource {
  readonly snapshots: Pick<PublishedSnapshots, 'newest' | 'after'>
  readonly channels: { of(repository: RepositoryName): ReadonlyMap<string, number> }
}

/** `newestSerial` is the one that the mirror is to have: the newest, unless it follows a channel or holds. */
export type Lag = Pick<MirrorRepositoryStatistics, 'newestSerial' | 'lagSerials' | 'lagSeconds'>

/** How far somebody is from what it is to have that serves `serial` of the repository `name`. */
export type Lags = (served: Pick<RepositoryStatus, 'name' | 'serial' | 'channel' | 'hold'>) => Lag

/** Lags at the time `now`. Snapshots are asked once for each serial, however many mirrors there are. */
export function lagsOf({ snapshots, channels }: PublishedSource, now: Date): Lags {
  const newest = new Map<string, number | undefined>()
  const created = new Map<string, number | undefined>()
  const newestOf = (name: RepositoryName): number | undefined =>
    remembered(newest, name, () => snapshots.newest(name)?.serial)
  const missedBehind = (name: RepositoryName, serial: number): number | undefined =>
    remembered(created, `${name} ${serial}`, () => parseTime(snapshots.after(name, serial)?.created))
  const named = new Map<string, ReadonlyMap<string, number>>()
  const channelOf = (name: RepositoryName, channel: string): number | undefined =>
    remembered(named, name, () => channels.of(name)).get(channel)
  return ({ name: text, serial, channel, hold }) => {
    const name = knownName(text)
    const aim = hold ?? (name && channel !== undefined ? channelOf(name, channel) : undefined)
    const newestSerial = aim ?? (name && newestOf(name)) ?? null
    const served = serial ?? 0
    const ahead = (newestSerial ?? 0) - served
    // A channel may have been moved back; but nobody goes back to a newest serial.
    const lagSerials = aim === undefined ? Math.max(0, ahead) : Math.abs(ahead)
    const missed = name && ahead > 0 ? missedBehind(name, served) : undefined
    const lagSeconds = missed === undefined ? 0 : Math.max(0, Math.floor((now.getTime() - missed) / 1000))
    return { newestSerial, lagSerials, lagSeconds }
  }
}

function remembered<T>(map: Map<string, T>, key: string, find: () => T): T {
  const known = map.get(key)
  if (known !== undefined || map.has(key)) return known as T
  const found = find()
  map.set(key, found)
  return found
}

function parseTime(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time)
}

/** Reports are of other programs: what no repository can be called is of none. */
function knownName(text: string): RepositoryName | undefined {
  try {
    return parseRepositoryName(text)
  } catch (error) {
    if (isRepocastError(error, 'REPOCAST_REPOSITORY_BAD_NAME')) return undefined
    throw error
  }
}
