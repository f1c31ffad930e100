import type { Lab } from '../lab.ts'
import { checkout } from '../paths.ts'
import { type CommandOptions, type CommandOutput, runCommand, tryCommand } from './command.ts'
import { type LabProcess, type ProcessOptions, startProcess } from './process.ts'

const program = `${checkout}/node_modules/.bin/repocast`

/** Runs a command of ours to its end, for example `repocast(['origin', 'init', …])`. @throws Error when it fails */
export async function repocast(args: readonly string[], options: CommandOptions = {}): Promise<CommandOutput> {
  return await runCommand(program, args, options)
}

/** Runs a command of ours whose exit code is what the test is about. */
export async function tryRepocast(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutput & { readonly exitCode: number }> {
  return await tryCommand(program, args, options)
}

/** Runs a command of ours with `--json` and gives the value that it printed. */
export async function repocastJson(args: readonly string[], options: CommandOptions = {}): Promise<unknown> {
  const { stdout } = await repocast([...args, '--json'], options)
  return JSON.parse(stdout)
}

/**
 * Starts a command of ours that stays, for example an origin; resolves as soon as `ready` is met: a URL that
 * answers, or a pattern in its output.
 */
export async function startRepocast(
  lab: Lab,
  args: readonly string[],
  { ready, ...options }: ProcessOptions & { readonly ready?: string | RegExp } = {},
): Promise<LabProcess> {
  const started = await startProcess(lab, program, args, { name: `repocast-${args.slice(0, 2).join('-')}`, ...options })
  if (typeof ready === 'string') await started.waitForHttp(ready)
  else if (ready) await started.waitForOutput(ready)
  return started
}
