import { adding } from '../../command.ts'
import { agentAdopt } from './adopt.ts'
import { agentDoctor } from './doctor.ts'
import { agentInit } from './init.ts'
import { agentRun } from './run.ts'
import { agentStatusCommand } from './status.ts'
import { agentSync } from './sync.ts'
import { agentVerify } from './verify.ts'

/** `repocast agent …`, in the order of its help. */
export const commands = [
  adding(agentInit),
  adding(agentSync),
  adding(agentRun),
  adding(agentStatusCommand),
  adding(agentDoctor),
  adding(agentVerify),
  adding(agentAdopt),
]
