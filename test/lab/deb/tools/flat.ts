import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { runCommand } from '../../run/command.ts'
import type { DebTool } from './tool.ts'

/** A flat repository (`deb URL ./`): packages and their indices in one directory. */
export const flat: DebTool = async (scratch, made, key) => {
  const tree = join(scratch, 'tree')
  await mkdir(tree)
  const put = (file: string): Promise<void> => cp(file, join(tree, basename(file)))

  async function generate(): Promise<void> {
    const run = async (...args: string[]): Promise<string> =>
      (await runCommand('apt-ftparchive', ['--quiet', ...args, '.'], { cwd: tree })).stdout
    const metadata = ['Release', 'InRelease', 'Release.gpg', 'Packages', 'Packages.gz', 'Sources', 'Sources.gz']
    for (const name of metadata) await rm(join(tree, name), { force: true })
    const indices = { Packages: await run('packages'), Sources: await run('sources') }
    for (const [name, text] of Object.entries(indices)) {
      await writeFile(join(tree, name), text)
      await writeFile(join(tree, `${name}.gz`), gzipSync(text))
    }
    await writeFile(join(tree, 'Release'), await run('-o', 'APT::FTPArchive::Release::ValidTime=604800', 'release'))
    await key.clearSign(join(tree, 'Release'), join(tree, 'InRelease'))
    await key.detachSign(join(tree, 'Release'), join(tree, 'Release.gpg'))
  }

  for (const file of [...made.debs, ...made.source]) await put(file)
  await generate()
  return {
    directory: tree,
    async update() {
      await rm(join(tree, basename(made.old)))
      await put(made.newer)
      await put(made.added)
      await generate()
    },
  }
}
