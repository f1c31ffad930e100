import type { AgentStatus, LimitStatus, RepositoryStatus } from '@repocast/api'
import { formatBytes, formatCount, formatDuration } from '@repocast/daemon'
import { alignColumns } from './table.ts'

const columns = [
  { title: 'repository' },
  { title: 'state' },
  { title: 'serves', isNumber: true },
  { title: 'newest', isNumber: true },
  { title: 'behind' },
  { title: 'done' },
  { title: 'rate', isNumber: true },
  { title: 'left', isNumber: true },
  { title: 'peers', isNumber: true },
  { title: 'taken', isNumber: true },
  { title: 'given', isNumber: true },
]

/** What an agent does, as lines for people. Pure. */
export function agentStatusLines(status: AgentStatus): string[] {
  const table = alignColumns(columns, status.repositories.map(row))
  const lines = table.flatMap((line, k) => [`  ${line}`, ...remarks(status.repositories[k - 1])])
  if (status.repositories.length === 0) lines.push('  it follows nothing')
  return [...head(status), ...lines, ...limitLines(status.limits), ...scrubLine(status)]
}

function head({ name, program, started, time, disk, ...now }: AgentStatus): string[] {
  const up = formatDuration((Date.parse(time) - Date.parse(started)) / 1000)
  const room = disk === null ? '' : `, ${formatBytes(disk.freeBytes)} of ${formatBytes(disk.totalBytes)} free`
  const taken = `${formatBytes(now.downloadedBytes)} taken (${rateText(now.downloadRate)})`
  const given = `${formatBytes(now.uploadedBytes)} given (${rateText(now.uploadRate)})`
  const nodes = now.dhtNodes === undefined ? '' : ` (${formatCount(now.dhtNodes)} nodes of the DHT)`
  const peers = `${now.peers} ${now.peers === 1 ? 'peer' : 'peers'}${nodes}`
  return [`${name}: repocast ${program}, up ${up}${room}`, `  ${peers}, ${taken}, ${given}`]
}

function row(one: RepositoryStatus): string[] {
  const { name, state, serial, newestSerial, bytesDone, bytesWanted } = one
  const isMoving = state === 'fetching'
  const share = bytesWanted > 0 ? `${Math.floor((100 * bytesDone) / bytesWanted)} % of ${formatBytes(bytesWanted)}` : ''
  return [
    name,
    state,
    String(serial ?? '-'),
    String(newestSerial ?? '-'),
    behindText(one),
    isMoving ? share : '',
    isMoving ? rateText(one.downloadRate ?? 0) : '',
    isMoving && one.secondsLeft !== undefined ? formatDuration(one.secondsLeft) : '',
    String(one.peers ?? ''),
    one.downloadedBytes === undefined ? '' : formatBytes(one.downloadedBytes),
    one.uploadedBytes === undefined ? '' : formatBytes(one.uploadedBytes),
  ]
}

/** `no`, or by how many serials and for how long. */
export function behindText({ serial, newestSerial, lagSeconds }: RepositoryStatus): string {
  if (newestSerial === null || serial === newestSerial) return 'no'
  const seconds = lagSeconds === undefined ? '' : ` (${formatDuration(lagSeconds)})`
  if (serial === null) return `all${seconds}`
  return serial < newestSerial ? `${newestSerial - serial}${seconds}` : `ahead of it${seconds}`
}

function remarks(one: RepositoryStatus | undefined): string[] {
  if (one === undefined) return []
  const { channel, hold, kept, filter, swapDue, error } = one
  const lines: string[] = []
  if (hold !== undefined) lines.push(`    held at ${hold}; here as a whole: ${kept?.join(', ') || 'none'}`)
  else if (channel !== undefined) lines.push(`    follows the channel ${channel}`)
  if (filter) lines.push(`    ${filterText(filter)}`)
  if (swapDue !== undefined) lines.push(`    waits until ${swapDue}`)
  if (error) lines.push(`    ${error.code}: ${error.message}`)
  return lines
}

/** What a filter leaves out. */
export function filterText({ files, leftOutFiles, leftOutBytes }: NonNullable<RepositoryStatus['filter']>): string {
  const of = `${formatCount(leftOutFiles)} of ${formatCount(files + leftOutFiles)} files`
  return `its filter leaves out ${of}, ${formatBytes(leftOutBytes)}`
}

/** Limits that hold now, or will by the schedule: a line for all, and one for each repository that has its own. */
function limitLines(limits: LimitStatus | undefined): string[] {
  if (limits === undefined) return []
  const scopes = [{ ...limits, name: 'all' }, ...limits.repositories]
  return scopes.flatMap(({ name, uploadRate, downloadRate, until }) => {
    if (uploadRate === null && downloadRate === null && until === null) return []
    const rate = (bytes: number | null) => (bytes === null ? 'without limit' : `at most ${rateText(bytes)}`)
    const end = until === null ? '' : `, until ${until}`
    return [`  limits of ${name}: gives ${rate(uploadRate)}, takes ${rate(downloadRate)}${end}`]
  })
}

function scrubLine({ scrub }: AgentStatus): string[] {
  if (scrub === undefined) return []
  const { isRunning, done, finished, found, healed, lost } = scrub
  const round = isRunning ? `looks at all files, ${Math.floor(100 * done)} %` : `last ${finished ?? 'never'}`
  return [
    `  scrub: ${round}; ${formatCount(found)} damaged files found ever, ${formatCount(healed)} healed, ${formatCount(lost)} under way`,
  ]
}

function rateText(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`
}
