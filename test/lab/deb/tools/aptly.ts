import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../run/command.ts'
import type { DebTool } from './tool.ts'

/** Two distributions over one pool, two components, packages for the installer, Sources, Contents, by-hash. */
export const aptly: DebTool = async (scratch, made, key) => {
  const settings = join(scratch, 'aptly.conf')
  await writeFile(settings, JSON.stringify({ rootDir: scratch, gpgProvider: 'gpg', skipLegacyPool: true }))
  const run = async (...args: string[]): Promise<void> => {
    await runCommand('aptly', [`-config=${settings}`, ...args], { env: { GNUPGHOME: key.home } })
  }
  const [first = '', ...others] = made.debs
  await run('repo', 'create', 'main')
  await run('repo', 'create', 'extra')
  await run('repo', 'add', 'main', first, made.udeb, made.source[0])
  await run('repo', 'add', 'extra', ...others)
  const publish = ['publish', 'repo', '-batch', '-acquire-by-hash', '-origin=Lab', '-label=Lab']
  const architectures = '-architectures=amd64,arm64,source'
  await run(...publish, architectures, '-distribution=lab', '-component=main,extra', 'main', 'extra')
  await run(...publish, architectures, '-distribution=other', 'main')
  return {
    directory: join(scratch, 'public'),
    async update() {
      await run('repo', 'remove', 'main', 'lab-alpha (= 1.0-1)')
      await run('repo', 'add', 'main', made.newer, made.added)
      for (const distribution of ['lab', 'other']) await run('publish', 'update', '-batch', distribution)
    },
  }
}
