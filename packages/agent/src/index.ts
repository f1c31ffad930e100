/**
 * The agent: follows the feeds of origins, fetches what is new from the swarm, swaps to each finished snapshot, seeds
 * it, serves it, and reports. `agent.ts` wires it together.
 */
export { type AgentOptions, runAgent, type SyncOptions, syncOnce } from './agent.ts'
export { AgentConfiguration, sampleAgentConfiguration } from './configuration.ts'
export type { UpdateResult } from './follow/mirror.ts'
export { readAgentStatus } from './read-status.ts'
