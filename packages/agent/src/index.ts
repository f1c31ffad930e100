/**
 * The agent: follows the feeds of origins, fetches what is new from the swarm, swaps to each finished snapshot, seeds
 * it, serves it, and reports. `agent.ts` wires it together.
 */
export { type AdoptOptions, type AdoptResult, adoptDirectory } from './adopt/adopt.ts'
export { type RunningAgent, runAgent } from './agent.ts'
export { AgentConfiguration, sampleAgentConfiguration } from './configuration.ts'
export { examineAgent } from './doctor/doctor.ts'
export type { Diagnosis } from './doctor/finding.ts'
export type { UpdateResult } from './follow/mirror-options.ts'
export { initAgent } from './init.ts'
export type { AgentOptions } from './open-agent.ts'
export { giveOrder, type Order, type OrderKind, type OrderResult } from './orders/give-order.ts'
export { readAgentStatus } from './read-status.ts'
export { type AgentLinkOptions, agentLink } from './relay/agent-link.ts'
export { type Forgotten, forgetRepository } from './retention/forget-repository.ts'
export type { VerifyOptions, VerifyResult } from './scrub/verification.ts'
export { verifyData } from './scrub/verify.ts'
export { type SyncOptions, syncOnce } from './sync.ts'
export { SyncSettings } from './sync-settings.ts'
