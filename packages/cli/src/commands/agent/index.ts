import { adding } from '../../command.ts'
import { agentAdopt } from './adopt.ts'
import { agentRun } from './run.ts'
import { agentStatusCommand } from './status.ts'
import { agentSync } from './sync.ts'
import { agentVerify } from './verify.ts'

/** `repocast agent …`, in the order of its help. */
export const commands = [
  adding(agentSync),
  adding(agentRun),
  adding(agentStatusCommand),
  adding(agentVerify),
  adding(agentAdopt),
]
