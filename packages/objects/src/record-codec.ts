import { RepocastError } from '@repocast/errors'
import { canonicalJson, hasExactKeys, isCount } from './canonical.ts'
import { type ObjectId, parseObjectId } from './id.ts'
import type { InfoHash, PackReference, RecordedFinding, SnapshotRecord } from './record.ts'
import { parseRepositoryName, type RepositoryKind } from './repository.ts'
import type { RootTree } from './tree.ts'
import { isMode, isTime } from './tree-codec.ts'

const format = 'repocast snapshot'
const formatVersion = 1

/** Longest snapshot record that is read, in bytes. */
export const maxRecordBytes = 16 * 1024 * 1024

/** @throws RepocastError REPOCAST_RECORD_MALFORMED */
export function parseInfoHash(text: string): InfoHash {
  if (!/^[0-9a-f]{40}$/.test(text)) {
    throw malformed(`${JSON.stringify(text.slice(0, 80))} is not an info-hash (40 lower-case hexadecimal digits)`)
  }
  return text as InfoHash // the only cast: every InfoHash comes through here
}

/** Canonical JSON of a record, one line. */
export function encodeRecord(record: SnapshotRecord): Buffer {
  const { repository, kind, serial, created, counts, bytes } = record
  const { id, size, mode, mtime } = record.root
  const packs = record.packs.map(pack => ({ ...pack }))
  const findings = record.findings.map(finding => ({ ...finding }))
  const value = { format, version: formatVersion, repository, kind, serial, created, bytes, packs, findings }
  return Buffer.from(`${canonicalJson({ ...value, root: { id, size, mode, mtime }, counts: { ...counts } })}\n`, 'utf8')
}

/** @throws RepocastError REPOCAST_RECORD_MALFORMED, REPOCAST_FORMAT_TOO_NEW */
export function decodeRecord(bytes: Uint8Array): SnapshotRecord {
  if (bytes.length > maxRecordBytes) throw malformed(`it is longer than ${maxRecordBytes} bytes`)
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  } catch (cause) {
    throw malformed('it is not JSON', cause)
  }
  checkVersion(value)
  const keys = [
    'format',
    'version',
    'repository',
    'kind',
    'serial',
    'created',
    'root',
    'counts',
    'bytes',
    'packs',
    'findings',
  ] as const
  if (!hasExactKeys(value, keys)) throw malformed(`its fields are not ${keys.join(', ')}`)
  return {
    repository: parseRepositoryName(text(value.repository, 'repository')),
    kind: parseKind(value.kind),
    serial: positive(value.serial, 'serial'),
    created: parseTime(value.created),
    root: parseRoot(value.root),
    counts: parseCounts(value.counts),
    bytes: count(value.bytes, 'bytes'),
    packs: list(value.packs, 'packs').map(parsePackReference),
    findings: list(value.findings, 'findings').map(parseFinding),
  }
}

function checkVersion(value: unknown): void {
  const { format: f, version } = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  if (f !== format || !isCount(version) || version === 0) throw malformed('it has no format and version')
  if (version === formatVersion) return
  throw new RepocastError('REPOCAST_FORMAT_TOO_NEW', {
    message: `a snapshot record has format version ${version}, this repocast reads version ${formatVersion}`,
    hint: 'update repocast on this host',
  })
}

function parseRoot(value: unknown): RootTree {
  if (!hasExactKeys(value, ['id', 'size', 'mode', 'mtime'])) throw malformed('`root` is not {id, size, mode, mtime}')
  if (!isMode(value.mode) || !isTime(value.mtime)) throw malformed('the mode or mtime of `root` is out of range')
  return {
    id: objectId(value.id, 'root.id'),
    size: count(value.size, 'root.size'),
    mode: value.mode,
    mtime: value.mtime,
  }
}

function parseCounts(value: unknown): SnapshotRecord['counts'] {
  if (!hasExactKeys(value, ['files', 'links', 'directories']))
    throw malformed('`counts` is not {files, links, directories}')
  const { files, links, directories } = value
  return {
    files: count(files, 'counts.files'),
    links: count(links, 'counts.links'),
    directories: count(directories, 'counts.directories'),
  }
}

function parsePackReference(value: unknown): PackReference {
  if (!hasExactKeys(value, ['infoHash', 'torrentId', 'torrentBytes', 'bytes', 'objects'])) {
    throw malformed('an entry of `packs` is not {infoHash, torrentId, torrentBytes, bytes, objects}')
  }
  return {
    infoHash: parseInfoHash(text(value.infoHash, 'infoHash')),
    torrentId: objectId(value.torrentId, 'torrentId'),
    torrentBytes: positive(value.torrentBytes, 'torrentBytes'),
    bytes: positive(value.bytes, 'packs.bytes'),
    objects: positive(value.objects, 'packs.objects'),
  }
}

function parseFinding(value: unknown): RecordedFinding {
  if (!hasExactKeys(value, ['code', 'severity', 'path', 'message', 'count']))
    throw malformed('an entry of `findings` is not {code, severity, path, message, count}')
  const { severity } = value
  if (severity !== 'error' && severity !== 'warning' && severity !== 'note')
    throw malformed('a finding has no known severity')
  return {
    code: text(value.code, 'findings.code'),
    severity,
    path: text(value.path, 'findings.path'),
    message: text(value.message, 'findings.message'),
    count: positive(value.count, 'findings.count'),
  }
}

function parseKind(value: unknown): RepositoryKind {
  if (value === 'yum' || value === 'deb' || value === 'plain') return value
  throw malformed('`kind` is not yum, deb or plain')
}

function parseTime(value: unknown): string {
  const time = text(value, 'created')
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time) || Number.isNaN(Date.parse(time))) {
    throw malformed('`created` is not a time like 2026-11-20T08:00:00Z')
  }
  return time
}

function objectId(value: unknown, field: string): ObjectId {
  return parseObjectId(text(value, field))
}

function text(value: unknown, field: string): string {
  if (typeof value === 'string' && value.length <= 4096 * 3) return value
  throw malformed(`\`${field}\` is not a text of fitting length`)
}

function count(value: unknown, field: string): number {
  if (isCount(value)) return value
  throw malformed(`\`${field}\` is not a count`)
}

function positive(value: unknown, field: string): number {
  if (isCount(value) && value > 0) return value
  throw malformed(`\`${field}\` is not a positive count`)
}

function list(value: unknown, field: string): readonly unknown[] {
  if (Array.isArray(value) && value.length <= 100_000) return value
  throw malformed(`\`${field}\` is not a list of fitting length`)
}

function malformed(what: string, cause?: unknown): RepocastError {
  return new RepocastError('REPOCAST_RECORD_MALFORMED', {
    message: `the snapshot record is malformed: ${what}`,
    hint: 'if the origin published it so, it has a fault; publish again with a current repocast',
    cause,
  })
}
