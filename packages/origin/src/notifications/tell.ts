import type { NotificationEvent } from '@repocast/api'
import type { RepocastError } from '@repocast/errors'
import { displayName, type RepositoryName, type SnapshotRecord } from '@repocast/objects'
import { CheckFailed } from '../check/check-failed.ts'
import type { PublishedSnapshots } from '../published-snapshots.ts'
import type { Condition } from './conditions.ts'
import type { Outbox } from './outbox.ts'

/** Adds snapshots that were published since the last call, by whomever; the very first call only looks where we are. */
export function tellPublished(
  outbox: Outbox,
  snapshots: Pick<PublishedSnapshots, 'repositories' | 'newest' | 'get'>,
): void {
  outbox.atOnce(() => {
    const isFirst = outbox.told('') === undefined
    if (isFirst) outbox.setTold('', 0)
    for (const repository of snapshots.repositories()) {
      const newest = snapshots.newest(repository)?.serial ?? 0
      const told = outbox.told(repository) ?? (isFirst ? newest : 0)
      for (let serial = told + 1; serial <= newest; serial += 1) {
        const record = snapshots.get(repository, serial)
        if (record) outbox.add(publishedEvent(record, snapshots.get(repository, serial - 1)))
      }
      if (newest > told || isFirst) outbox.setTold(repository, newest)
    }
  })
}

/** Adds what has begun or ended. What nobody speaks of any more has ended without a word. */
export function tellConditions(outbox: Outbox, conditions: Iterable<Condition>): void {
  outbox.atOnce(() => {
    const open = outbox.episodes()
    const spoken = new Set<string>()
    for (const { key, holds, begins, ends } of conditions) {
      spoken.add(key)
      if (holds === true && !open.has(key)) {
        outbox.begin(key)
        outbox.add(begins)
      } else if (holds === false && open.has(key)) {
        outbox.end(key)
        outbox.add(ends)
      }
    }
    for (const key of open) if (!spoken.has(key) && !key.startsWith(publishKey)) outbox.end(key)
  })
}

const publishKey = 'publish '

/** Adds that a publish failed, unless the one before failed for the same. */
export function tellFailure(outbox: Outbox, repository: RepositoryName, error: RepocastError): void {
  const key = `${publishKey}${repository}`
  const detail = error instanceof CheckFailed ? error.groups.map(({ code }) => code).join(' ') : error.code
  outbox.atOnce(() => {
    if (outbox.episode(key) === detail) return
    outbox.begin(key, detail)
    outbox.add(failureEvent(repository, error))
  })
}

/** Keeps that a publish went well. */
export function tellSuccess(outbox: Outbox, repository: RepositoryName): void {
  outbox.end(`${publishKey}${repository}`)
}

function publishedEvent(record: SnapshotRecord, before: SnapshotRecord | undefined): NotificationEvent {
  const { repository, kind, serial, created, bytes, counts, packs } = record
  const known = new Set(before?.packs.map(({ infoHash }) => infoHash))
  const newBytes = packs.reduce((sum, pack) => sum + (known.has(pack.infoHash) ? 0 : pack.bytes), 0)
  return {
    type: 'snapshot.published',
    data: { repository, kind, serial, created, files: counts.files, bytes, newBytes },
    text: `${repository} ${serial} is published`,
  }
}

function failureEvent(repository: RepositoryName, error: RepocastError): NotificationEvent {
  const { code, message } = error
  const data = { repository, code, message }
  const text = `${repository} is not published: ${message}`
  if (!(error instanceof CheckFailed)) return { type: 'publish.failed', data, text }
  const findings = error.groups.map(({ code: finding, severity, count, examples: [first] }) => ({
    ...{ code: finding, severity, count },
    path: displayName(first?.path ?? ''),
    message: first?.message ?? '',
  }))
  return { type: 'check.failed', data: { ...data, findings }, text }
}
