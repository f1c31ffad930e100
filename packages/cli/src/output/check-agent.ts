import type { AgentStatus, RepositoryStatus } from '@repocast/api'
import { formatDuration } from '@repocast/daemon'
import { type MonitoringState, worst } from './monitoring.ts'

/** What a monitoring system is told. */
export interface AgentCheck {
  readonly state: MonitoringState
  /** What is wrong, or that nothing is; each a sentence without its period. */
  readonly messages: readonly string[]
}

/**
 * Judges an agent by its status. Critical: clients get nothing, or what they get is older than `maxLagSeconds`, as far as
 * the agent knows. A warning: what may become so, or loses bytes. Held back by an admin is no trouble. Pure.
 */
export function checkAgent(status: AgentStatus, maxLagSeconds: number): AgentCheck {
  const now = Date.parse(status.time)
  const troubles = status.repositories.flatMap(one => troublesOf(one, now, maxLagSeconds))
  const lost = status.scrub?.lost ?? 0
  if (lost > 0) troubles.push({ state: 'warning', message: `${lost} damaged objects are not healed yet` })
  if (status.repositories.length === 0) troubles.push({ state: 'warning', message: 'it follows nothing' })
  if (troubles.length === 0) {
    return { state: 'ok', messages: [status.repositories.map(({ name, serial }) => `${name} ${serial}`).join(', ')] }
  }
  const state = worst(troubles.map(one => one.state))
  const order = troubles.toSorted((a, b) => Number(b.state === state) - Number(a.state === state))
  return { state, messages: order.map(({ message }) => message) }
}

interface Trouble {
  readonly state: MonitoringState
  readonly message: string
}

function troublesOf(one: RepositoryStatus, now: number, maxLagSeconds: number): Trouble[] {
  const { name, state, serial, newestSerial, error, looked, lagSeconds = 0 } = one
  const found: Trouble[] = []
  const add = (trouble: MonitoringState, message: string) =>
    found.push({ state: trouble, message: `${name} ${message}` })
  if (serial === null) add('critical', 'serves nothing')
  else if (!['held', 'delayed'].includes(state) && lagSeconds > maxLagSeconds)
    add('critical', `serves ${serial}, ${newestSerial} came ${formatDuration(lagSeconds)} ago`)
  const silence = looked === undefined || looked === null ? undefined : (now - Date.parse(looked)) / 1000
  if (silence !== undefined && silence > maxLagSeconds)
    add('critical', `could not ask its feed for ${formatDuration(silence)}`)
  if (error) add('warning', `is ${state}: ${error.code}: ${error.message}`)
  return found
}

/** Numbers for graphs, as monitoring plugins give them. Pure. */
export function performanceData({ repositories, disk }: AgentStatus, maxLagSeconds: number): string {
  const values = repositories.flatMap(({ name, serial, lagSeconds = 0 }) => [
    `'${name}_serial'=${serial ?? 0}`,
    `'${name}_lag'=${lagSeconds}s;;${maxLagSeconds};0`,
  ])
  if (disk) values.push(`'disk_free'=${disk.freeBytes}B;;;0;${disk.totalBytes}`)
  return values.join(' ')
}
