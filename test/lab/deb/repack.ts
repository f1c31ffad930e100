import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cacheDirectory } from '../paths.ts'
import { runCommand } from '../run/command.ts'
import type { DownloadedDeb } from './downloads.ts'

/**
 * A newer version of a package: the same files under a higher version. Kept in the cache.
 * @returns the new package and the file that holds it
 */
export async function repackDeb(
  original: string,
  deb: DownloadedDeb,
): Promise<DownloadedDeb & { readonly file: string }> {
  const version = `${deb.version}+lab1`
  const poolPath = deb.poolPath.replace(/_([^_]+)(_[^_]+\.deb)$/, '_$1+lab1$2')
  const file = join(cacheDirectory, 'debs-repacked', poolPath)
  if (!existsSync(file)) await repack(original, version, file)
  return { name: deb.name, version, poolPath, file }
}

async function repack(original: string, version: string, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const staging = await mkdtemp(`${file}-`)
  try {
    const tree = join(staging, 'tree')
    await runCommand('dpkg-deb', ['--raw-extract', original, tree])
    const control = join(tree, 'DEBIAN', 'control')
    await writeFile(control, (await readFile(control, 'utf8')).replace(/^Version: .*$/m, `Version: ${version}`))
    // The time inside of the package is fixed, so that the result is the same wherever it is made.
    const { mtime } = await stat(original)
    const env = { SOURCE_DATE_EPOCH: String(Math.floor(mtime.getTime() / 1000)) }
    const built = join(staging, 'built.deb')
    await runCommand('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, built], { env })
    await utimes(built, mtime, mtime)
    await rename(built, file)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}
