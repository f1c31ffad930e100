import { resolve } from 'node:path'
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs'
import type { Terminal } from './output/terminal.ts'

/** What every command gets, besides its arguments. */
export interface CommandContext {
  readonly terminal: Terminal
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal
  readonly clock: () => Date
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly version: string
  readonly verbose: boolean
  /** For commands whose success has more than one code. */
  readonly setExitCode: (code: number) => void
}

/** One command: what it is called and takes, and what it does. */
export interface Command<A> {
  /** As yargs takes it, for example `publish <repository> <tree>`. */
  readonly usage: string
  readonly summary: string
  readonly options: (yargs: Argv) => Argv<A>
  readonly examples?: readonly (readonly [command: string, meaning: string])[]
  readonly run: (args: A, context: CommandContext) => Promise<void>
}

/** Runs a command, and answers for its failure. */
export type Start = (run: (context: CommandContext) => Promise<void>) => Promise<void>

/** Adds a command to a parser, whatever arguments it takes. `onChosen` is told its usage when the command line names it. */
export type AddCommand = (parser: Argv, start: Start, onChosen: (usage: string) => void) => Argv

export function adding<A>(command: Command<A>): AddCommand {
  return (parser, start, onChosen) => parser.command(commandModule(command, start, onChosen))
}

function commandModule<A>(
  { usage, summary, options, examples = [], run }: Command<A>,
  start: Start,
  onChosen: (usage: string) => void,
): CommandModule<object, A> {
  return {
    command: usage,
    describe: summary,
    builder: yargs => {
      onChosen(usage)
      return options(yargs as Argv).example(
        examples.map(([command, meaning]) => [command, meaning] as [string, string]),
      )
    },
    handler: async (args: ArgumentsCamelCase<A>) => await start(async context => await run(args as A, context)),
  }
}

/** For options that take a whole number from 1 on. @throws Error, which yargs tells as a wrong command line */
export function positive(option: string): (value: number | undefined) => number | undefined {
  return value => {
    if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return value
    throw new Error(`${option} takes a whole number from 1 on`)
  }
}

/** `--data`, which most commands take. */
export const dataOption = {
  data: {
    type: 'string',
    demandOption: true,
    describe: 'Data directory',
    requiresArg: true,
    coerce: (path: string) => resolve(path),
  },
} as const
