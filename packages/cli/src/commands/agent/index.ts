import { adding } from '../../command.ts'
import { agentRun } from './run.ts'
import { agentStatusCommand } from './status.ts'
import { agentSync } from './sync.ts'

/** `repocast agent …`, in the order of its help. */
export const commands = [adding(agentSync), adding(agentRun), adding(agentStatusCommand)]
