/**
 * The agent: follows the feeds of origins, fetches what is new from the swarm, swaps to each finished snapshot, seeds
 * it, serves it, and reports. `agent.ts` wires it together.
 */
export { adoptDirectory } from './adopt/adopt.ts'
export { runAgent } from './agent.ts'
export { sampleAgentConfiguration } from './configuration.ts'
export { examineAgent } from './doctor/doctor.ts'
export type { Diagnosis } from './doctor/finding.ts'
export { initAgent } from './init.ts'
export { giveOrder, type OrderKind, type OrderResult } from './orders/give-order.ts'
export { readAgentStatus } from './read-status.ts'
export { agentLink } from './relay/agent-link.ts'
export { forgetRepository } from './retention/forget-repository.ts'
export { verifyData } from './scrub/verify.ts'
export { syncOnce } from './sync.ts'
export { SyncSettings } from './sync-settings.ts'
