import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { missingProgram } from '../../loopback/tools/have.ts'
import type { TrackerKind } from './kind.ts'

export const opentracker: TrackerKind = {
  name: 'opentracker',
  missing: () => missingProgram('opentracker'),
  async command(directory, port, infoHashes) {
    const list = join(directory, 'whitelist.txt')
    await writeFile(list, infoHashes.map(infoHash => `${infoHash}\n`).join(''))
    // It does not run as root, and reads the list as somebody else.
    await chmod(directory, 0o755)
    const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
    return ['opentracker', '-i', '127.0.0.1', '-p', String(port), '-P', String(port), '-w', list, ...user]
  },
}
