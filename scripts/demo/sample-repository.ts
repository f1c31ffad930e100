import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'

const run = promisify(execFile)

/** A package of the sample: its files hold bytes that look random and depend on name and version only. */
export interface SamplePackage {
  readonly name: string
  readonly version: string
  readonly bytes: number
}

/** The packages of the first snapshot: some 100 MB, a few large and many small, as in real life. */
export function firstPackages(): SamplePackage[] {
  return Array.from({ length: 60 }, (_, k) => ({
    name: `sample-${String(k).padStart(2, '0')}`,
    version: '1.0',
    bytes: k % 10 === 0 ? 12_000_000 : 500_000 + 17_000 * k,
  }))
}

/** The next day: two packages with a new version, one removed, one new. */
export function nextPackages(packages: readonly SamplePackage[]): SamplePackage[] {
  return [
    ...packages
      .filter(({ name }) => name !== 'sample-05')
      .map(one => (one.name === 'sample-07' || one.name === 'sample-33' ? { ...one, version: '1.1' } : one)),
    { name: 'sample-new', version: '1.0', bytes: 1_500_000 },
  ]
}

/** Makes `directory` a deb repository of `packages` with suite `stable`, component `main`; keeps what is there already. */
export async function writeRepository(
  directory: string,
  packages: readonly SamplePackage[],
  date: Date,
): Promise<void> {
  const pool = join(directory, 'pool/main')
  await mkdir(pool, { recursive: true })
  const wanted = new Set(packages.map(fileName))
  for (const present of await readdir(pool)) if (!wanted.has(present)) await rm(join(pool, present))
  for (const one of packages) await buildPackage(pool, one)
  await writeMetadata(directory, packages, date)
}

function fileName({ name, version }: SamplePackage): string {
  return `${name}_${version}_all.deb`
}

async function buildPackage(pool: string, one: SamplePackage): Promise<void> {
  const file = join(pool, fileName(one))
  if (await stat(file).catch(() => undefined)) return
  const staging = `${file}.staging`
  await mkdir(join(staging, 'DEBIAN'), { recursive: true })
  await mkdir(join(staging, 'usr/share', one.name), { recursive: true })
  await writeFile(join(staging, 'DEBIAN/control'), control(one))
  await writeFile(join(staging, 'usr/share', one.name, 'data'), bytesOf(`${one.name} ${one.version}`, one.bytes))
  await run('dpkg-deb', ['--root-owner-group', '-Znone', '--build', staging, file])
  await rm(staging, { recursive: true })
}

function control({ name, version }: SamplePackage): string {
  return [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: all',
    'Maintainer: repocast demo <demo@example.org>',
    'Description: package of the repocast demo',
    '',
  ].join('\n')
}

/** `length` bytes that cannot be compressed, made from `seed`. */
function bytesOf(seed: string, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let block = createHash('sha512').update(seed).digest()
  for (let at = 0; at < length; at += block.length) {
    block.copy(bytes, at)
    block = createHash('sha512').update(block).digest()
  }
  return bytes
}

async function writeMetadata(directory: string, packages: readonly SamplePackage[], date: Date): Promise<void> {
  const suite = join(directory, 'dists/stable')
  await mkdir(join(suite, 'main/binary-all'), { recursive: true })
  const stanzas: string[] = []
  for (const one of packages) {
    const file = join(directory, 'pool/main', fileName(one))
    const bytes = await readFile(file)
    const fields = [`Filename: ${relative(directory, file)}`, `Size: ${bytes.length}`, `SHA256: ${sha256(bytes)}`]
    stanzas.push(`${control(one)}${fields.join('\n')}\n`)
  }
  const index = Buffer.from(stanzas.join('\n'))
  const files = { 'main/binary-all/Packages': index, 'main/binary-all/Packages.gz': gzipSync(index) }
  for (const [path, bytes] of Object.entries(files)) await writeFile(join(suite, path), bytes)
  const sums = Object.entries(files).map(([path, bytes]) => ` ${sha256(bytes)} ${bytes.length} ${path}`)
  const release = ['Origin: repocast demo', 'Suite: stable', 'Codename: stable', `Date: ${date.toUTCString()}`]
  release.push('Architectures: all', 'Components: main', 'SHA256:', ...sums, '')
  await writeFile(join(suite, 'Release'), release.join('\n'))
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
