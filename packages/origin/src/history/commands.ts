import { RepocastError } from '@repocast/errors'
import type { Feed } from '@repocast/feed'
import { parseRepositoryName, type RepositoryName, type SnapshotRecord } from '@repocast/objects'
import { type OriginOptions, withOrigin } from '../open-origin.ts'
import { lastRecord } from '../publish/last-record.ts'
import { torrentSettings } from '../publish/torrent-settings.ts'
import { diffSnapshots, type SnapshotChange, type SnapshotDifference } from './difference.ts'
import { type LogEntry, logSnapshots } from './log.ts'
import { type RollbackProgress, type RollbackResult, rollback } from './rollback.ts'
import { parseSerial } from './serial.ts'

export interface LogCommand {
  readonly repository: string
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onEntry: (entry: LogEntry) => void
}

/** `repocast origin log`. @throws RepocastError REPOCAST_SNAPSHOT_UNKNOWN, and what `withOrigin` throws */
export async function repositoryLog(options: OriginOptions, command: LogCommand): Promise<void> {
  const repository = parseRepositoryName(command.repository)
  const { limit, signal, onEntry } = command
  await withOrigin(options, async ({ feed, store }) => {
    const records = await feed.records(repository)
    if (records.length === 0) throw nothingPublished(repository)
    const channels = (await feed.channels(repository)).serials
    const { readTree } = store.objects
    for await (const entry of logSnapshots({ records, channels, read: readTree, limit, signal })) onEntry(entry)
  })
}

/** What `repocast origin show` tells. */
export interface SnapshotDetails {
  readonly record: SnapshotRecord
  readonly channels: readonly string[]
}

/** `repocast origin show`: of the newest snapshot by default. @throws as `repositoryLog` */
export async function showSnapshot(options: OriginOptions, name: string, serial?: string): Promise<SnapshotDetails> {
  const repository = parseRepositoryName(name)
  return await withOrigin(options, async ({ feed }) => {
    const record = await recordOf(feed, repository, serial)
    const { serials } = await feed.channels(repository)
    return { record, channels: [...serials].filter(([, named]) => named === record.serial).map(([name]) => name) }
  })
}

export interface DiffCommand {
  readonly repository: string
  /** By default the one before `after`. */
  readonly before?: string | undefined
  /** By default the newest. */
  readonly after?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Called once, before any change. */
  readonly onStart: (before: SnapshotRecord, after: SnapshotRecord) => void
  readonly onChange: (change: SnapshotChange) => void
}

/** `repocast origin diff`. @throws RepocastError REPOCAST_SNAPSHOT_COLLECTED, and as `repositoryLog` */
export async function diffPublished(options: OriginOptions, command: DiffCommand): Promise<SnapshotDifference> {
  const repository = parseRepositoryName(command.repository)
  const { signal, onStart, onChange } = command
  return await withOrigin(options, async ({ feed, store }) => {
    const after = await recordOf(feed, repository, command.after)
    const before = await recordOf(feed, repository, command.before ?? (await serialBefore(feed, after)))
    onStart(before, after)
    return await diffSnapshots(store.objects, { before, after, onChange, signal })
  })
}

export interface RollbackCommand {
  readonly repository: string
  /** Of the snapshot whose content shall be published again. */
  readonly serial: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (progress: RollbackProgress) => void
}

/** `repocast origin rollback`. @throws as `rollback` and `withOrigin` */
export async function rollbackRepository(options: OriginOptions, command: RollbackCommand): Promise<RollbackResult> {
  const repository = parseRepositoryName(command.repository)
  const serial = parseSerial(command.serial)
  const { signal, onProgress } = command
  return await withOrigin(options, async origin => {
    const torrents = torrentSettings(origin.configuration, repository)
    const { clock } = options
    return await rollback({ repository, serial, torrents, signal, onProgress }, { ...origin, clock })
  })
}

async function serialBefore(feed: Feed, { repository, serial }: SnapshotRecord): Promise<string> {
  const before = (await feed.serials(repository)).findLast(other => other < serial)
  if (before !== undefined) return String(before)
  throw new RepocastError('REPOCAST_SNAPSHOT_UNKNOWN', {
    message: `${repository} has no published snapshot before ${serial}`,
    hint: 'there is something to compare as soon as there are two',
  })
}

/** The record of a serial, of the newest when none is named. */
async function recordOf(feed: Feed, repository: RepositoryName, serial: string | undefined): Promise<SnapshotRecord> {
  if (serial !== undefined) return await feed.record(repository, parseSerial(serial))
  const last = await lastRecord(feed, repository)
  if (last === undefined) throw nothingPublished(repository)
  return last
}

function nothingPublished(repository: RepositoryName): RepocastError {
  return new RepocastError('REPOCAST_SNAPSHOT_UNKNOWN', {
    message: `nothing is published under the name ${repository}`,
    hint: '`repocast origin status` lists the repositories',
  })
}
