import type { AgentConfiguration } from './configuration.ts'

/** What is read at the start only, because it holds for ports and connections that are open. */
const startOnlyKeys = [
  'listen',
  'trusted-proxies',
  'proxy',
  'peer-port',
  'bind-address',
  'announce-address',
  'announce-port',
  'encryption',
  'local-discovery',
  'peer-exchange',
  'dht',
  'dht-port',
  'dht-bootstrap',
  'ramp-up',
  'max-connections',
  'site',
  'site-networks',
] as const satisfies readonly (keyof AgentConfiguration)[]

/** The keys in which two configurations differ: those that take effect at once, and those that need a restart. Pure. */
export function changedKeys(
  before: AgentConfiguration,
  after: AgentConfiguration,
): { readonly live: readonly string[]; readonly atStart: readonly string[] } {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof AgentConfiguration)[]
  const changed = keys.filter(key => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
  const isAtStart = (key: string) => startOnlyKeys.some(other => other === key)
  return { live: changed.filter(key => !isAtStart(key)), atStart: changed.filter(isAtStart) }
}
