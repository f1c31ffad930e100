import { cp, mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Lab } from '../lab.ts'
import { makeOlder } from '../tree/age.ts'
import { type DownloadedDeb, downloadDebs } from './downloads.ts'
import { suite, writeDebMetadata } from './metadata.ts'
import { repackDeb } from './repack.ts'
import { makeSigningKey } from './signing-key.ts'

/** A signed deb repository of real packages, on disk. */
export interface DebRepository {
  /** The tree to publish: `dists/` and `pool/`. */
  readonly directory: string
  readonly suite: string
  /** File with the public key that the suite is signed with; it lies outside of the tree. */
  readonly keyring: string
  /** What the repository holds now, by name. */
  packages(): ReadonlyMap<string, DownloadedDeb>
  /** Changes the tree as an archive does from one day to the next; may be called once. */
  update(): Promise<DebUpdate>
}

export interface DebUpdate {
  /** Names of packages that are new. */
  readonly added: readonly string[]
  /** Name of the package that is gone. */
  readonly removed: string
  /** A package with a newer version. */
  readonly upgraded: { readonly name: string; readonly from: string; readonly to: string }
}

/** Packages that apt installs by itself with six others; one of them is upgraded by `update()`. */
export const installable = { name: 'node-glob', upgraded: 'node-wrappy' }
const removedName = 'fonts-humor-sans'
const addedCount = 3

/**
 * Makes a repository of about 50 packages of this machine's Debian archive.
 * @throws Error when they are neither cached nor to be had
 */
export async function debRepository(lab: Lab): Promise<DebRepository> {
  const downloads = await downloadDebs()
  const directory = lab.newDirectory('deb-repository')
  const key = await makeSigningKey(lab)
  const packages = new Map<string, DownloadedDeb>()

  async function add(deb: DownloadedDeb, file = join(downloads.directory, deb.poolPath)): Promise<void> {
    const target = join(directory, deb.poolPath)
    await mkdir(dirname(target), { recursive: true })
    await cp(file, target, { preserveTimestamps: true })
    packages.set(deb.name, deb)
  }

  async function remove(name: string): Promise<DownloadedDeb> {
    const deb = packages.get(name)
    if (!deb) throw new Error(`the repository has no package ${name}`)
    await rm(join(directory, deb.poolPath))
    packages.delete(name)
    return deb
  }

  const later = downloads.debs.slice(-addedCount)
  for (const deb of downloads.debs.slice(0, -addedCount)) await add(deb)
  await writeDebMetadata(directory, key)
  await makeOlder(join(directory, 'dists'))

  return {
    directory,
    suite,
    keyring: key.keyring,
    packages: () => packages,
    async update() {
      for (const deb of later) await add(deb)
      await remove(removedName)
      const old = await remove(installable.upgraded)
      const newer = await repackDeb(join(downloads.directory, old.poolPath), old)
      await add(newer, newer.file)
      await writeDebMetadata(directory, key)
      return {
        added: later.map(({ name }) => name),
        removed: removedName,
        upgraded: { name: old.name, from: old.version, to: newer.version },
      }
    },
  }
}
