import { setPriority } from 'node:os'
import { describeError, isRepocastError, type Logger } from '@repocast/errors'
import { publishTree } from '../commands.ts'
import type { LogLevel, PublishFailure, PublishMessage } from './message.ts'

/*
 * Publishes the configured tree of a repository, as a process of its own: scanning and SQL block an event loop, and
 * that of the daemon has peers to serve. Arguments: data directory and repository.
 */

/** As nice(1) has it: peers and clients go before. */
const niceness = 10

const send = (message: PublishMessage): void => void process.send?.(message)

function loggerOf(level: LogLevel) {
  return (fields: object, message: string): void => send({ type: 'log', level, fields, message })
}

function failureOf(error: unknown): PublishFailure {
  if (isRepocastError(error)) return { code: error.code, message: describeError(error), hint: error.hint }
  return { code: 'REPOCAST_INTERNAL', message: describeError(error) }
}

// Nobody would know of it; whatever is under way can be left at any time.
process.on('disconnect', () => process.exit(1))
setPriority(niceness)
const [data = '', repository = ''] = process.argv.slice(2)
const logger: Logger = {
  debug: loggerOf('debug'),
  info: loggerOf('info'),
  warn: loggerOf('warn'),
  error: loggerOf('error'),
}
let last: string | undefined
try {
  const { published, serial } = await publishTree(
    { data, environment: process.env, clock: () => new Date(), logger },
    {
      repository,
      onProgress({ step }) {
        if (step !== last) send({ type: 'step', step })
        last = step
      },
    },
  )
  send({ type: 'done', published, serial })
} catch (error) {
  send({ type: 'failed', error: failureOf(error) })
}
process.removeAllListeners('disconnect')
process.disconnect()
