import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '@repocast/errors'

/** Suites may be nested: `dists/stable/updates/main/binary-amd64`. */
const mostLevels = 4

/** The architectures of which a Debian tree has indices, `source` too, in order. @throws system errors */
export async function architecturesIn(directory: string): Promise<string[]> {
  const found = new Set<string>()
  const look = async (path: string, level: number): Promise<void> => {
    for (const name of await directoriesIn(path)) {
      const binary = /^binary-([a-z0-9-]+)$/.exec(name)?.[1]
      if (binary !== undefined) found.add(binary)
      else if (name === 'source') found.add(name)
      else if (level < mostLevels) await look(join(path, name), level + 1)
    }
  }
  await look(join(directory, 'dists'), 0)
  return [...found].sort()
}

async function directoriesIn(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.filter(entry => entry.isDirectory()).map(({ name }) => name)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}

/** Bytes that are read of the origin's trace file. */
const mostBytes = 4096

/** The line `Archive serial` of the trace file that the archive itself has. @throws system errors */
export async function archiveSerialIn(directory: string): Promise<string | undefined> {
  try {
    const handle = await open(join(directory, 'project/trace/master'), 'r')
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(mostBytes), 0, mostBytes, 0)
      return /^Archive serial: ([0-9]{1,20})$/m.exec(buffer.toString('latin1', 0, bytesRead))?.[1]
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP'].includes(systemErrorCode(error) ?? '')) return undefined
    throw error
  }
}
