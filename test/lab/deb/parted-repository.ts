import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Lab } from '../lab.ts'
import { runCommand } from '../run/command.ts'
import { makeOlder } from '../tree/age.ts'
import { writeContent } from '../tree/content.ts'
import { makeSigningKey, type SigningKey } from './signing-key.ts'

export interface PartedPackage {
  readonly suite: string
  readonly component: string
  readonly name: string
  readonly version: string
  readonly architecture: string
  /** Of its content, which does not compress. */
  readonly bytes: number
}

/** A signed deb repository with several suites, components and architectures, and sources. */
export interface PartedRepository {
  readonly directory: string
  readonly keyring: string
  /** Path of a package in the repository. */
  pathOf(wanted: PartedPackage): string
  /** Adds packages, and writes the metadata again. */
  add(...packages: readonly PartedPackage[]): Promise<void>
}

const time = 1_700_000_000
const maintainer = 'repocast lab <lab@example.invalid>'

export async function partedRepository(lab: Lab, first: readonly PartedPackage[]): Promise<PartedRepository> {
  const directory = lab.newDirectory('parted-repository')
  const key = await makeSigningKey(lab)
  const all: PartedPackage[] = []
  const pathOf = ({ suite, component, name, version, architecture }: PartedPackage): string =>
    architecture === 'source'
      ? `pool/${suite}/${component}/${name}_${version}.tar.xz`
      : `pool/${suite}/${component}/${name}_${version}_${architecture}.deb`
  const repository: PartedRepository = {
    directory,
    keyring: key.keyring,
    pathOf,
    async add(...packages) {
      for (const one of packages) await make(lab, join(directory, pathOf(one)), one)
      all.push(...packages)
      for (const suite of new Set(all.map(one => one.suite))) {
        await writeSuite(
          directory,
          suite,
          all.filter(one => one.suite === suite),
          key,
        )
      }
    },
  }
  await repository.add(...first)
  await rm(join(directory, 'dists/stable'), { force: true })
  await symlink(first[0]?.suite ?? '', join(directory, 'dists/stable'))
  await makeOlder(join(directory, 'dists'))
  return repository
}

async function make(lab: Lab, path: string, one: PartedPackage): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const { name, version, architecture, bytes } = one
  if (architecture === 'source') {
    writeContent(path, { content: path, bytes, mtime: time })
    const dsc = `Format: 3.0 (native)\nSource: ${name}\nBinary: ${name}\nArchitecture: any\nVersion: ${version}\nMaintainer: ${maintainer}\nFiles:\n`
    const { stdout } = await runCommand('md5sum', [path])
    const file = `${name}_${version}.tar.xz`
    await writeFile(path.replace(/\.tar\.xz$/, '.dsc'), `${dsc} ${stdout.slice(0, 32)} ${bytes} ${file}\n`)
    return
  }
  const tree = lab.newDirectory('package')
  await mkdir(join(tree, 'DEBIAN'))
  await mkdir(join(tree, 'opt', name), { recursive: true })
  writeContent(join(tree, 'opt', name, 'content'), { content: JSON.stringify(one), bytes, mtime: time })
  await writeFile(
    join(tree, 'DEBIAN/control'),
    `Package: ${name}\nVersion: ${version}\nArchitecture: ${architecture}\nMaintainer: ${maintainer}\nDescription: made\n`,
  )
  const env = { SOURCE_DATE_EPOCH: String(time) }
  await runCommand('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, path], { env })
  await rm(tree, { recursive: true })
}

async function writeSuite(
  directory: string,
  suite: string,
  packages: readonly PartedPackage[],
  key: SigningKey,
): Promise<void> {
  const dist = join('dists', suite)
  const words = (of: (one: PartedPackage) => string): string[] => [...new Set(packages.map(of))].sort()
  const architectures = words(one => one.architecture).filter(one => one !== 'all' && one !== 'source')
  const components = words(one => one.component)
  for (const component of components) {
    const pool = join('pool', suite, component)
    for (const architecture of architectures) {
      await writeIndex(directory, join(dist, component, `binary-${architecture}`, 'Packages'), [
        ...['--arch', architecture, 'packages', pool],
      ])
      await writeIndex(directory, join(dist, component, `Contents-${architecture}`), [
        ...['--arch', architecture, 'contents', pool],
      ])
    }
    await writeIndex(directory, join(dist, component, 'source/Sources'), ['sources', pool])
  }
  const settings = {
    Origin: 'repocast lab',
    Suite: suite,
    Codename: suite,
    Architectures: architectures.join(' '),
    Components: components.join(' '),
    'Acquire-By-Hash': 'yes',
  }
  const options = Object.entries(settings).flatMap(([k, value]) => ['-o', `APT::FTPArchive::Release::${k}=${value}`])
  for (const name of ['Release', 'InRelease', 'Release.gpg']) await rm(join(directory, dist, name), { force: true })
  const release = await ftparchive(directory, [...options, '-o', 'APT::FTPArchive::DoByHash=true', 'release', dist])
  const path = join(directory, dist, 'Release')
  await writeFile(path, release)
  await key.clearSign(path, join(directory, dist, 'InRelease'))
  await key.detachSign(path, join(directory, dist, 'Release.gpg'))
}

async function writeIndex(directory: string, path: string, args: readonly string[]): Promise<void> {
  const text = await ftparchive(directory, args)
  const plain = join(directory, path)
  await mkdir(dirname(plain), { recursive: true })
  await writeFile(plain, text)
  await writeFile(`${plain}.gz`, gzipSync(text, { level: 9 }))
}

async function ftparchive(directory: string, args: readonly string[]): Promise<string> {
  return (await runCommand('apt-ftparchive', ['--quiet', ...args], { cwd: directory })).stdout
}
