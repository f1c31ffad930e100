import yargs, { type Argv } from 'yargs'
import { type Command, type CommandContext, commandModule } from './command.ts'
import { agentRun } from './commands/agent/run.ts'
import { agentStatusCommand } from './commands/agent/status.ts'
import { agentSync } from './commands/agent/sync.ts'
import { configSample } from './commands/config/sample.ts'
import { originChannels } from './commands/origin/channels.ts'
import { originInit } from './commands/origin/init.ts'
import { originLink } from './commands/origin/link.ts'
import { originLog } from './commands/origin/log.ts'
import { originPromote } from './commands/origin/promote.ts'
import { originPublish } from './commands/origin/publish.ts'
import { originRollback } from './commands/origin/rollback.ts'
import { originRun } from './commands/origin/run.ts'
import { originShow } from './commands/origin/show.ts'
import { originStatusCommand } from './commands/origin/status.ts'
import { trackerRun } from './commands/tracker/run.ts'
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
      await run({ terminal, signal, clock: () => new Date(), environment, version, verbose })
    } catch (error) {
      if (signal.aborted) {
        exitCode = exitCodes.interrupted
        return
      }
      terminal.error(error, verbose)
      exitCode = exitCodeOf(error)
    }
  }
  const group = (name: string, summary: string, commands: readonly ((parser: Argv) => Argv)[]) => ({
    command: name,
    describe: summary,
    builder: (parser: Argv) =>
      commands.reduce((result, add) => add(result), parser).demandCommand(1, `name a command of ${name}`),
    handler: () => {},
  })
  const add =
    <A>(command: Command<A>) =>
    (parser: Argv): Argv =>
      parser.command(commandModule(command, start))
  const parser = yargs([...args])
    .scriptName('repocast')
    .usage('$0 <command>\n\nDistributes package repositories from one origin to many mirrors over BitTorrent.')
    .command(
      group('origin', 'Publish repositories', [
        add(originInit),
        add(originPublish),
        add(originRun),
        add(originStatusCommand),
        add(originLink),
        add(originLog),
        add(originShow),
        add(originRollback),
        add(originPromote),
        add(originChannels),
      ]),
    )
    .command(group('agent', 'Mirror repositories', [add(agentSync), add(agentRun), add(agentStatusCommand)]))
    .command(group('tracker', 'Run a tracker alone', [add(trackerRun)]))
    .command(group('config', 'Configuration files', [add(configSample)]))
    .options({
      json: { type: 'boolean', describe: 'Print results, progress and errors as lines of JSON' },
      verbose: { type: 'boolean', describe: 'Tell more, also where an error came from' },
    })
    .demandCommand(1, 'name a command')
    .strict()
    .version(version)
    .help()
    .epilogue(exitCodesHelp)
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .exitProcess(false)
    .fail((message, error) => {
      // What is thrown here keeps the command from running.
      throw error && !message ? error : new UsageError(message)
    })
  try {
    await parser.parseAsync()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    exitCode = exitCodes.usage
    if (terminal.isJson)
      process.stderr.write(`${JSON.stringify({ error: { code: 'REPOCAST_USAGE', message: error.message } })}\n`)
    else process.stderr.write(`error: ${error.message}\nhint:  ${usageHint(args)}\n`)
  }
  return exitCode
}

/** The command line is not one that repocast knows. */
class UsageError extends Error {}

function usageHint(args: readonly string[]): string {
  const words = args.filter(word => ['origin', 'agent', 'tracker', 'config'].includes(word)).slice(0, 1)
  return `see \`repocast ${[...words, '--help'].join(' ')}\``
}
