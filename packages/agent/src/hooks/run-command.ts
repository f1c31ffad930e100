import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { describeError, systemErrorCode } from '@repocast/errors'
import { OutputLines } from './output-lines.ts'

export interface CommandRun {
  /** Program and arguments. */
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly timeLimitSeconds: number
  /** Called with each line that it prints. */
  readonly onOutput: (line: string) => void
  readonly signal: AbortSignal
}

/** Lines of a run that are told, at most. */
const mostLines = 200

/** Between asking a process group to end, and ending it. */
const graceMilliseconds = 2000

/**
 * Runs a command in a process group of its own. It is over when its output is closed, or when its time is: then the group
 * is ended, as it is when the signal comes.
 * @returns why it was no success, undefined when its exit code was 0  @throws the reason of `signal`
 */
export async function runCommand(run: CommandRun): Promise<string | undefined> {
  const { command, environment, timeLimitSeconds, onOutput, signal } = run
  signal.throwIfAborted()
  const [program = '', ...args] = command
  let child: ChildProcess
  try {
    child = spawn(program, args, { cwd: '/', env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    return `it could not be started: ${describeError(error)}`
  }
  tellOutput(child, onOutput)
  const isOver = new AbortController()
  const limit = AbortSignal.timeout(timeLimitSeconds * 1000)
  const ending = endOn(child, AbortSignal.any([signal, limit]), isOver.signal)
  try {
    const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null]
    signal.throwIfAborted()
    if (limit.aborted) return `it ran longer than ${timeLimitSeconds} s and was ended`
    if (code === 0) return undefined
    return code === null ? `it was ended by ${killedBy}` : `it ended with exit code ${code}`
  } catch (error) {
    signal.throwIfAborted()
    return `${program} could not be started (${systemErrorCode(error) ?? describeError(error)})`
  } finally {
    isOver.abort()
    await ending
  }
}

function tellOutput({ stdout, stderr }: ChildProcess, onOutput: (line: string) => void): void {
  let count = 0
  const tell = (line: string): void => {
    count += 1
    if (count < mostLines) onOutput(line)
    else if (count === mostLines) onOutput('more lines are left out')
  }
  for (const stream of [stdout, stderr]) {
    const lines = new OutputLines()
    stream?.on('data', (bytes: Buffer) => lines.take(bytes).forEach(tell))
    stream?.on('end', () => lines.end().forEach(tell))
  }
}

/** Ends a process group when `when` comes, unless it is over before. */
async function endOn(child: ChildProcess, when: AbortSignal, isOver: AbortSignal): Promise<void> {
  if (!(await comesBefore(when, isOver))) return
  signalGroup(child, 'SIGTERM')
  const grace = AbortSignal.timeout(graceMilliseconds)
  if (!(await comesBefore(grace, isOver))) return
  signalGroup(child, 'SIGKILL')
  // a process that has left the group may keep them open
  child.stdout?.destroy()
  child.stderr?.destroy()
}

/** Whether `first` is aborted before `second` is. */
async function comesBefore(first: AbortSignal, second: AbortSignal): Promise<boolean> {
  const either = AbortSignal.any([first, second])
  if (!either.aborted) await once(either, 'abort')
  return !second.aborted
}

function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, name)
  } catch (error) {
    if (systemErrorCode(error) !== 'ESRCH') throw error
  }
}
