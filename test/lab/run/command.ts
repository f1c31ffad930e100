import { spawn } from 'node:child_process'

export interface CommandOptions {
  readonly cwd?: string
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  /** The command is killed after this time; default 120. */
  readonly timeoutSeconds?: number
}

export interface CommandOutput {
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a command of the system to its end, with English messages and without a terminal.
 * @throws Error with the command line and the end of its output when it fails or takes too long
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutput> {
  const { exitCode, stdout, stderr } = await tryCommand(command, args, options)
  if (exitCode !== 0) {
    const line = [command, ...args].join(' ')
    throw new Error(`exit code ${exitCode} of: ${line}\n${tail(stdout)}${tail(stderr)}`)
  }
  return { stdout, stderr }
}

/** Like `runCommand`, but a failure is a result. The exit code is that of a shell: 128 + signal when killed. */
export function tryCommand(
  command: string,
  args: readonly string[],
  { cwd, env, input, timeoutSeconds = 120 }: CommandOptions = {},
): Promise<CommandOutput & { readonly exitCode: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: timeoutSeconds * 1000,
      killSignal: 'SIGKILL',
    })
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
    child.stdout.on('data', (chunk: Buffer) => output.stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => output.stderr.push(chunk))
    child.stdin.on('error', () => {}) // a command that does not read its input is judged by its exit code
    child.stdin.end(input)
    child.once('error', cause => reject(new Error(`cannot run ${command}`, { cause })))
    child.once('close', (code, signal) => {
      resolve({
        exitCode: code ?? (signal === 'SIGKILL' ? 137 : 143),
        stdout: Buffer.concat(output.stdout).toString('utf8'),
        stderr: Buffer.concat(output.stderr).toString('utf8'),
      })
    })
  })
}

/** The last lines of an output, for messages. */
export function tail(output: string, lines = 30): string {
  const all = output.trimEnd().split('\n')
  return all.length === 1 && all[0] === '' ? '' : `${all.slice(-lines).join('\n')}\n`
}
