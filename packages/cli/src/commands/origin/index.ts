import { adding } from '../../command.ts'
import { originChannels } from './channels.ts'
import { originCheck } from './check.ts'
import { originDiff } from './diff.ts'
import { originGc } from './gc.ts'
import { originInit } from './init.ts'
import { originLink } from './link.ts'
import { originLog } from './log.ts'
import { originNotify } from './notify.ts'
import { originPromote } from './promote.ts'
import { originPublish } from './publish.ts'
import { originRollback } from './rollback.ts'
import { originRun } from './run.ts'
import { originShow } from './show.ts'
import { originStatusCommand } from './status.ts'

/** `repocast origin …`, in the order of its help. */
export const commands = [
  adding(originInit),
  adding(originPublish),
  adding(originCheck),
  adding(originRun),
  adding(originStatusCommand),
  adding(originLink),
  adding(originLog),
  adding(originShow),
  adding(originDiff),
  adding(originRollback),
  adding(originPromote),
  adding(originChannels),
  adding(originGc),
  adding(originNotify),
]
