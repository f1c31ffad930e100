import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Has the temporary files of this process, and of those that it starts, in one directory, which is removed when it ends,
 * also by SIGINT and SIGTERM.
 */
export function removeTemporaryFilesAtEnd(): void {
  const directory = mkdtempSync(join(tmpdir(), 'repocast-bench-'))
  process.env.TMPDIR = directory
  // processes that end with this one may still write there
  process.once('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      // a bench that has something to put in order ends by itself
      if (process.listenerCount(signal) === 0) process.exit(128 + constants.signals[signal])
    })
  }
}
