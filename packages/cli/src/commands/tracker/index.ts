import { adding } from '../../command.ts'
import { trackerRun } from './run.ts'

/** `repocast tracker …`, in the order of its help. */
export const commands = [adding(trackerRun)]
