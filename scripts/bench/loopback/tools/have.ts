import { execFileSync } from 'node:child_process'

/** The first of `programs` that is not here. */
export function missingProgram(...programs: readonly string[]): string | undefined {
  return programs.find(program => !runs('sh', ['-c', `PATH=$PATH:/usr/sbin command -v ${program}`]))
}

export function runs(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
