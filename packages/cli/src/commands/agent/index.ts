import { adding } from '../../command.ts'
import { agentAccept } from './accept.ts'
import { agentAdopt } from './adopt.ts'
import { agentDoctor } from './doctor.ts'
import { agentForget } from './forget.ts'
import { agentHold } from './hold.ts'
import { agentInit } from './init.ts'
import { agentLinkCommand } from './link.ts'
import { agentPin } from './pin.ts'
import { agentResume } from './resume.ts'
import { agentRollback } from './rollback.ts'
import { agentRun } from './run.ts'
import { agentStatusCommand } from './status.ts'
import { agentSync } from './sync.ts'
import { agentUnpin } from './unpin.ts'
import { agentVerify } from './verify.ts'

/** `repocast agent …`, in the order of its help. */
export const commands = [
  adding(agentInit),
  adding(agentSync),
  adding(agentRun),
  adding(agentStatusCommand),
  adding(agentLinkCommand),
  adding(agentDoctor),
  adding(agentVerify),
  adding(agentAdopt),
  adding(agentRollback),
  adding(agentHold),
  adding(agentResume),
  adding(agentPin),
  adding(agentUnpin),
  adding(agentAccept),
  adding(agentForget),
]
