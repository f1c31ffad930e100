import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { runCommand } from '../run/command.ts'
import type { SigningKey } from './signing-key.ts'

/** The suite's directory; `dists/stable` is a link to it, as in Debian's archive. */
export const codename = 'bookworm'
export const suite = 'stable'
export const component = 'main'
/** Debian's name of this machine's architecture. */
export const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'

/**
 * Writes `dists/` for the packages below `pool/` with apt-ftparchive: Packages and Contents, plain and
 * compressed, by-hash with the files of up to two earlier calls, Release, InRelease and Release.gpg.
 */
export async function writeDebMetadata(directory: string, key: SigningKey): Promise<void> {
  const dist = join('dists', codename)
  const binary = join(dist, component, `binary-${architecture}`)
  await mkdir(join(directory, binary), { recursive: true })
  await rm(join(directory, 'dists', suite), { force: true })
  await symlink(codename, join(directory, 'dists', suite))

  await writeIndex(directory, join(binary, 'Packages'), 'packages')
  await writeIndex(directory, join(dist, component, `Contents-${architecture}`), 'contents')

  const settings = {
    Origin: 'repocast lab',
    Label: 'repocast lab',
    Suite: suite,
    Codename: codename,
    Architectures: architecture,
    Components: component,
    Description: 'Packages of Debian, for the tests of repocast',
    'Acquire-By-Hash': 'yes',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => [
    '-o',
    `APT::FTPArchive::Release::${name}=${value}`,
  ])
  // Old signatures would get into the new Release.
  for (const name of ['Release', 'InRelease', 'Release.gpg']) await rm(join(directory, dist, name), { force: true })
  const { stdout } = await apt(directory, [...options, '-o', 'APT::FTPArchive::DoByHash=true', 'release', dist])
  const release = join(directory, dist, 'Release')
  await writeFile(release, stdout)
  await key.clearSign(release, join(directory, dist, 'InRelease'))
  await key.detachSign(release, join(directory, dist, 'Release.gpg'))
}

async function writeIndex(directory: string, path: string, verb: 'packages' | 'contents'): Promise<void> {
  const { stdout } = await apt(directory, [verb, 'pool'])
  const plain = join(directory, path)
  await writeFile(plain, stdout)
  await writeFile(`${plain}.gz`, gzipSync(await readFile(plain), { level: 9 }))
  await runCommand('xz', ['--keep', '--force', plain])
}

async function apt(directory: string, args: readonly string[]): Promise<{ stdout: string }> {
  return await runCommand('apt-ftparchive', ['--quiet', ...args], { cwd: directory })
}
