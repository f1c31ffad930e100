import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { checkout } from '../paths.ts'
import { runCommand } from '../run/command.ts'

/** What fails, with which error, for files whose paths begin so. */
export interface Failure {
  readonly error: 'EIO' | 'EMFILE' | 'ENOSPC' | 'EROFS'
  readonly operation: 'read' | 'write' | 'sync' | 'open'
  /** Without blanks. */
  readonly below: string
}

/** Makes system calls of a real program fail as a disk in trouble does it. */
export interface FailingFiles {
  /** What the program has to be started with. */
  readonly env: Readonly<Record<string, string>>
  /** From now on. */
  begin(...failures: readonly Failure[]): void
  end(): void
}

/** Builds a library that is preloaded. @throws Error when there is no compiler */
export async function failingFiles(lab: Lab): Promise<FailingFiles> {
  const directory = lab.newDirectory('failing-files')
  const [library, list] = [join(directory, 'failing-files.so'), join(directory, 'list')]
  const source = join(checkout, 'test/lab/disk/failing-files.c')
  await runCommand('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', library, source, '-ldl'])
  return {
    env: { LD_PRELOAD: library, FAILING_FILES: list },
    begin(...failures) {
      const lines = failures.map(({ error, operation, below }) => `${constants.errno[error]} ${operation} ${below}\n`)
      writeFileSync(`${list}.new`, lines.join(''))
      renameSync(`${list}.new`, list)
    },
    end() {
      if (existsSync(list)) rmSync(list)
    },
  }
}
