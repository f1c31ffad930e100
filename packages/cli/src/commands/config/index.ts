import { adding } from '../../command.ts'
import { configSample } from './sample.ts'

/** `repocast config …`, in the order of its help. */
export const commands = [adding(configSample)]
