import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from './run/command.ts'

/**
 * The scope of one experiment: a scratch directory, and everything that was started for it. What is opened in a
 * lab is released when the lab is closed, last first, whatever happened in between.
 */
export interface Lab {
  /** Scratch directory, below the system's temporary directory. */
  readonly directory: string
  /** A new empty directory in the scratch directory. */
  newDirectory(name: string): string
  /** Calls `release` when the lab is closed. */
  onClose(release: () => unknown): void
  /** @throws AggregateError when something could not be released */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Opens a lab. With REPOCAST_LAB_KEEP=1 in the environment its directory stays, to be looked at. */
export function openLab(name = 'lab'): Lab {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), `repocast-${name}-`))
  const releases: Array<() => unknown> = []
  const taken = new Map<string, number>()

  async function close(): Promise<void> {
    const errors: unknown[] = []
    for (let release = releases.pop(); release; release = releases.pop()) {
      try {
        await release()
      } catch (error) {
        errors.push(error)
      }
    }
    // Not fs.rm: it cannot remove names that are not valid UTF-8.
    if (process.env.REPOCAST_LAB_KEEP !== '1') await runCommand('rm', ['-rf', directory])
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} parts of the lab could not be released`)
  }

  return {
    directory,
    newDirectory(wanted) {
      const count = (taken.get(wanted) ?? 0) + 1
      taken.set(wanted, count)
      const path = join(directory, count === 1 ? wanted : `${wanted}-${count}`)
      mkdirSync(path, { recursive: true })
      return path
    },
    onClose: release => void releases.push(release),
    close,
    [Symbol.asyncDispose]: close,
  }
}
