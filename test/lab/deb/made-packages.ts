import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../run/command.ts'

/** Small packages that were built here: what an archive has, and what comes into it with an update. */
export interface MadePackages {
  /** Two architectures, one package for all, an epoch, odd names. */
  readonly debs: readonly string[]
  /** A package for the installer. */
  readonly udeb: string
  /** A source package: the .dsc and the tarball. */
  readonly source: readonly [dsc: string, tarball: string]
  /** The first of `debs`. */
  readonly old: string
  /** What an update puts into the place of `old`. */
  readonly newer: string
  /** What an update adds. */
  readonly added: string
}

const maintainer = 'repocast lab <lab@example.invalid>'
/** Older than any suite that is made from them, and the same each time. */
const epoch = '1700000000'

/** Builds the packages in `directory` with Debian's own tools. */
export async function makePackages(directory: string): Promise<MadePackages> {
  const build = (name: string, version: string, architecture: string, ending?: 'udeb'): Promise<string> =>
    buildPackage(directory, { name, version, architecture, ending: ending ?? 'deb' })
  const [old, ...others] = [
    await build('lab-alpha', '1.0-1', 'amd64'),
    await build('lab-alpha', '1.0-1', 'arm64'),
    await build('lab-beta', '1:2.0~rc1+ds-3', 'all'),
    await build('lib.lab++', '0.1-1', 'amd64'),
  ] as const
  return {
    debs: [old, ...others],
    udeb: await build('lab-udeb', '1.0-1', 'amd64', 'udeb'),
    source: await buildSource(directory),
    old,
    newer: await build('lab-alpha', '1.0-2', 'amd64'),
    added: await build('lab-gamma', '3.0-1', 'amd64'),
  }
}

interface Wanted {
  readonly name: string
  readonly version: string
  readonly architecture: string
  readonly ending: 'deb' | 'udeb'
}

async function buildPackage(directory: string, { name, version, architecture, ending }: Wanted): Promise<string> {
  const tree = join(directory, 'tree')
  await mkdir(join(tree, 'DEBIAN'), { recursive: true, mode: 0o755 })
  await mkdir(join(tree, 'usr/share', name), { recursive: true })
  await writeFile(join(tree, 'usr/share', name, 'text'), `${name} ${version} ${architecture}\n`)
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${maintainer}`,
    `Section: ${ending === 'udeb' ? 'debian-installer' : 'misc'}`,
    'Priority: optional',
    `Description: package ${name} of the lab`,
    ' Made to be published.',
    ' .',
    ' It has nothing to offer.',
  ]
  await writeFile(join(tree, 'DEBIAN/control'), `${control.join('\n')}\n`)
  const file = join(directory, `${name}_${version.replace(/^\d+:/, '')}_${architecture}.${ending}`)
  const env = { SOURCE_DATE_EPOCH: epoch }
  await runCommand('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', tree, file], { env })
  await rm(tree, { recursive: true })
  return file
}

async function buildSource(directory: string): Promise<[dsc: string, tarball: string]> {
  const tree = join(directory, 'lab-source-1.0')
  await mkdir(join(tree, 'debian/source'), { recursive: true })
  await writeFile(join(tree, 'text'), 'source\n')
  await writeFile(join(tree, 'debian/source/format'), '3.0 (native)\n')
  await writeFile(
    join(tree, 'debian/control'),
    `Source: lab-source\nSection: misc\nPriority: optional\nMaintainer: ${maintainer}\nStandards-Version: 4.6.2\n\n` +
      'Package: lab-alpha\nArchitecture: any\nDescription: package of the lab\n',
  )
  await writeFile(
    join(tree, 'debian/changelog'),
    `lab-source (1.0) unstable; urgency=low\n\n  * Made.\n\n -- ${maintainer}  Tue, 14 Nov 2023 22:13:20 +0000\n`,
  )
  await runCommand('dpkg-source', ['--build', 'lab-source-1.0'], { cwd: directory })
  await rm(tree, { recursive: true })
  const [dsc, tarball] = (await readdir(directory)).filter(name => name.startsWith('lab-source_')).sort()
  if (dsc === undefined || tarball === undefined) throw new Error('dpkg-source made no source package')
  return [join(directory, dsc), join(directory, tarball)]
}
