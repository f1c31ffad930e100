/** States of the monitoring plugins that Nagios, Icinga, Zabbix and others run. */
export type MonitoringState = 'ok' | 'warning' | 'critical' | 'unknown'

/** Exit codes of such plugins; with `--check` they stand in place of ours. */
export const monitoringExitCodes: Readonly<Record<MonitoringState, number>> = {
  ok: 0,
  warning: 1,
  critical: 2,
  unknown: 3,
}

const order: readonly MonitoringState[] = ['ok', 'unknown', 'warning', 'critical']

/** The one that matters most. Pure. */
export function worst(states: readonly MonitoringState[]): MonitoringState {
  return states.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'ok')
}
