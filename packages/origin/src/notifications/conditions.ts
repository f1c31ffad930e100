import type { DiskStatus, MirrorRepositoryStatistics, MirrorStatistics, NotificationEvent } from '@repocast/api'
import { formatBytes, formatDuration } from '@repocast/daemon'

export interface Thresholds {
  /** A mirror that is behind for longer lags. */
  readonly lagSeconds: number
  /** A mirror that has not reported for longer is gone. */
  readonly goneSeconds: number
  /** A disk with a smaller share free is low, from 0 to 1. */
  readonly diskShare: number
}

/** What the conditions are seen from. */
export interface Seen {
  readonly mirrors: readonly MirrorStatistics[]
  /** The origin's own. */
  readonly disk: DiskStatus | undefined
  readonly now: Date
  /** Since when the origin listens to reports. */
  readonly started: Date
}

/** Something that may be the case for a while. */
export interface Condition {
  readonly key: string
  /** Whether it is the case; undefined when that cannot be told now. */
  readonly holds: boolean | undefined
  readonly begins: NotificationEvent
  readonly ends: NotificationEvent
}

/** A disk that was low has recovered when so many times the threshold is free. */
const diskMargin = 1.1

/** Every condition that can be told of. Pure. */
export function* conditionsOf(seen: Seen, thresholds: Thresholds): Generator<Condition> {
  if (seen.disk) yield diskCondition(null, seen.disk, thresholds)
  for (const mirror of seen.mirrors) {
    const { id, lastReport, repositories, disk } = mirror
    const who = { id, name: mirror.name }
    const reported = Date.parse(lastReport)
    const started = seen.started.getTime()
    // nobody could report while the origin was not there
    const isHeard = reported >= started
    const isGone = seen.now.getTime() - Math.max(reported, started) > thresholds.goneSeconds * 1000
    const silence = { mirror: who, lastReport }
    yield {
      key: `gone ${id}`,
      holds: isGone || (isHeard ? false : undefined),
      begins: { type: 'mirror.gone', data: silence, text: `${who.name} has not reported since ${lastReport}` },
      ends: { type: 'mirror.back', data: silence, text: `${who.name} reports again` },
    }
    const isCurrent = isHeard && !isGone
    for (const one of repositories) yield lagCondition(who, one, isCurrent, thresholds)
    if (disk) {
      const condition = diskCondition(who, disk, thresholds)
      yield isCurrent ? condition : { ...condition, holds: undefined }
    }
  }
}

type Who = { readonly id: string; readonly name: string }

function lagCondition(
  mirror: Who,
  { name: repository, serial, newestSerial, lagSerials, lagSeconds, state }: MirrorRepositoryStatistics,
  isCurrent: boolean,
  thresholds: Thresholds,
): Condition {
  const data = { mirror, repository, serial, newestSerial, lagSerials, lagSeconds, state }
  // who begins has nothing yet, and is behind by all that was ever published
  const isNew = serial === null && state !== 'failed'
  const behind = `${lagSerials} ${lagSerials === 1 ? 'serial' : 'serials'}, ${formatDuration(lagSeconds)}`
  return {
    key: `lag ${mirror.id} ${repository}`,
    holds: isCurrent ? !isNew && lagSeconds > thresholds.lagSeconds : undefined,
    begins: { type: 'mirror.lagging', data, text: `${mirror.name} is behind with ${repository}: ${behind}` },
    ends: { type: 'mirror.recovered', data, text: `${mirror.name} has recovered with ${repository}` },
  }
}

function diskCondition(mirror: Who | null, disk: DiskStatus, { diskShare }: Thresholds): Condition {
  const { freeBytes, totalBytes } = disk
  const data = { mirror, freeBytes, totalBytes }
  const name = mirror?.name ?? 'the origin'
  const room = `${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} are free`
  const isLow = freeBytes < totalBytes * diskShare
  const isWell = freeBytes >= totalBytes * Math.min(1, diskShare * diskMargin)
  return {
    key: `disk ${mirror?.id ?? ''}`,
    holds: isLow || (isWell ? false : undefined),
    begins: { type: 'disk.low', data, text: `the disk of ${name} is low: ${room}` },
    ends: { type: 'disk.recovered', data, text: `the disk of ${name} has room again: ${room}` },
  }
}
