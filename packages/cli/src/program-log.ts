import { createLogger } from '@repocast/daemon'
import type { Logger } from '@repocast/errors'
import type { CommandContext } from './command.ts'

/** The log of a daemon: text for people at a terminal, JSON lines elsewhere. */
export function daemonLog({ environment, verbose }: CommandContext): Logger {
  const form = environment.REPOCAST_LOG_FORM ?? (process.stderr.isTTY ? 'text' : 'json')
  return createLogger({ level: verbose ? 'debug' : 'info', form: form === 'json' ? 'json' : 'text' })
}

/** The log of a command that ends by itself: only what goes wrong on the way. */
export function commandLog({ terminal, verbose }: CommandContext): Logger {
  return createLogger({ level: verbose ? 'debug' : 'warn', form: terminal.isJson ? 'json' : 'text' })
}
