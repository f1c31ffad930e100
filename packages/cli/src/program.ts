import yargs, { type Argv } from 'yargs'
import type { AddCommand, CommandContext } from './command.ts'
import { exitCodeOf, exitCodes, exitCodesHelp } from './output/exit-codes.ts'
import { createTerminal } from './output/terminal.ts'

export interface ProgramOptions {
  /** Without `node` and the script. */
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly version: string
  readonly signal: AbortSignal
}

/** Runs the program; resolves to its exit code. */
export async function runProgram({ args, environment, version, signal }: ProgramOptions): Promise<number> {
  const terminal = createTerminal(args.includes('--json'), process.stdout, process.stderr)
  const verbose = args.includes('--verbose') || environment.REPOCAST_DEBUG === '1'
  let exitCode: number = exitCodes.ok
  const start = async (run: (context: CommandContext) => Promise<void>): Promise<void> => {
    try {
      const setExitCode = (code: number): void => {
        exitCode = code
      }
      await run({ terminal, signal, clock: () => new Date(), environment, version, verbose, setExitCode })
    } catch (error) {
      if (signal.aborted) {
        exitCode = exitCodes.interrupted
        return
      }
      terminal.error(error, verbose)
      exitCode = exitCodeOf(error)
    }
  }
  // The words of the command that the arguments name, as far as they do.
  let chosen: readonly string[] = []
  let usage = ''
  // Only the commands of the group that is named are loaded: a tracker needs nothing of what an agent does.
  const group = (name: string, summary: string, load: () => Promise<{ readonly commands: readonly AddCommand[] }>) => ({
    command: name,
    describe: summary,
    builder: async (parser: Argv) => {
      chosen = [name]
      const { commands } = await load()
      const onChosen = (command: string): void => {
        chosen = [name, command.split(' ', 1).join()]
        usage = `repocast ${name} ${command}`
      }
      for (const add of commands) add(parser, start, onChosen)
      return parser.demandCommand(1, `name a command of ${name}`).recommendCommands()
    },
    handler: () => {},
  })
  const parser = yargs([...args])
    .scriptName('repocast')
    .usage('$0 <command>\n\nDistributes package repositories from one origin to many mirrors over BitTorrent.')
    .command(group('origin', 'Publish repositories', () => import('./commands/origin/index.ts')))
    .command(group('agent', 'Mirror repositories', () => import('./commands/agent/index.ts')))
    .command(group('tracker', 'Run a tracker alone', () => import('./commands/tracker/index.ts')))
    .command(group('config', 'Configuration files', () => import('./commands/config/index.ts')))
    .options({
      json: { type: 'boolean', describe: 'Print results, progress and errors as lines of JSON' },
      verbose: { type: 'boolean', describe: 'Tell more, also where an error came from' },
    })
    .demandCommand(1, 'name a command')
    .recommendCommands()
    .strict()
    .version(version)
    .help()
    .epilogue(exitCodesHelp)
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .exitProcess(false)
    .fail((message, error) => {
      // What is thrown here keeps the command from running.
      throw error && !message
        ? error
        : new UsageError(message.replace(/^Not enough non-option arguments.*/s, `write ${usage}`))
    })
  try {
    await parser.parseAsync()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    exitCode = exitCodes.usage
    if (terminal.isJson)
      process.stderr.write(`${JSON.stringify({ error: { code: 'REPOCAST_USAGE', message: error.message } })}\n`)
    else
      process.stderr.write(`error: ${error.message}\nhint:  see \`${['repocast', ...chosen, '--help'].join(' ')}\`\n`)
  }
  return exitCode
}

/** The command line is not one that repocast knows. */
class UsageError extends Error {}
