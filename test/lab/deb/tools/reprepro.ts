import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../run/command.ts'
import type { DebTool } from './tool.ts'

const codenames = ['lab', 'other']

const suite = (codename: string): string => `Origin: Lab
Label: Lab
Suite: ${codename}-suite
Codename: ${codename}
Architectures: amd64 arm64 source
Components: main
UDebComponents: main
Contents: .gz udebs
ValidFor: 7d
SignWith: default
DebIndices: Packages Release . .gz .xz /usr/bin/rredtool
UDebIndices: Packages . .gz
DscIndices: Sources Release .gz .xz
`

/** Two suites over one pool, Packages with pdiffs by rredtool, packages for the installer, Sources, Contents. */
export const reprepro: DebTool = async (scratch, made, key) => {
  const tree = join(scratch, 'tree')
  const conf = join(scratch, 'conf')
  await mkdir(conf)
  await writeFile(join(conf, 'distributions'), codenames.map(suite).join('\n'))
  const base = ['--silent', '--silent', '--confdir', conf, '--dbdir', join(scratch, 'db'), '--outdir', tree]
  const run = async (...args: string[]): Promise<void> => {
    await runCommand('reprepro', [...base, ...args], { env: { GNUPGHOME: key.home } })
  }
  for (const codename of codenames) {
    await run('--export=never', 'includedeb', codename, ...made.debs)
    await run('--export=never', 'includeudeb', codename, made.udeb)
    await run('--export=never', 'includedsc', codename, made.source[0])
  }
  await run('export')
  return {
    directory: tree,
    async update() {
      for (const codename of codenames) await run('includedeb', codename, made.newer, made.added)
    },
  }
}
