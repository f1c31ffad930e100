import { cp, mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Lab } from '../lab.ts'
import { runCommand } from '../run/command.ts'
import { makeOlder } from '../tree/age.ts'
import { writeContent } from '../tree/content.ts'
import { firstPackages, laterPackages, type RpmPlan, retiredPackage } from './packages.ts'
import { buildRpms, rpmFileName } from './rpms.ts'

/** A yum repository of rpms, on disk. */
export interface YumRepository {
  /** The tree to publish: `Packages/`, `repodata/`, `images/`, `.treeinfo`, `.discinfo`. */
  readonly directory: string
  /** What the repository holds now, by name. */
  packages(): ReadonlyMap<string, RpmPlan>
  /** Changes the tree as a distribution does from one day to the next; may be called once. */
  update(): Promise<YumUpdate>
}

export interface YumUpdate {
  readonly added: readonly string[]
  readonly removed: string
  /** A package with a newer version. */
  readonly upgraded: { readonly name: string; readonly from: string; readonly to: string }
}

/** A package that dnf installs with three others; `library` is one of them, and is upgraded by `update()`. */
export const installable = { name: 'lab-tool', upgraded: 'lab-library' }

const imageTime = 1_704_067_200

/** Makes a repository of a dozen packages. */
export async function yumRepository(lab: Lab): Promise<YumRepository> {
  const directory = lab.newDirectory('yum-repository')
  const packages = new Map<string, RpmPlan>()

  const pathOf = (plan: RpmPlan): string => {
    const initial = plan.name.replace(/^lab-/, '').charAt(0)
    return join(directory, 'Packages', initial, rpmFileName(plan))
  }
  async function add(plan: RpmPlan, from: string): Promise<void> {
    const old = packages.get(plan.name)
    if (old) await rm(pathOf(old))
    await mkdir(dirname(pathOf(plan)), { recursive: true })
    await cp(join(from, rpmFileName(plan)), pathOf(plan), { preserveTimestamps: true })
    packages.set(plan.name, plan)
  }

  const first = await buildRpms(firstPackages)
  for (const plan of firstPackages) await add(plan, first)
  await writeInstallerFiles(directory)
  await createRepo(directory)
  await makeOlder(join(directory, 'repodata'))

  return {
    directory,
    packages: () => packages,
    async update() {
      const { upgraded } = installable
      const from = packages.get(upgraded)?.version ?? ''
      const later = await buildRpms(laterPackages)
      for (const plan of laterPackages) await add(plan, later)
      const retired = packages.get(retiredPackage)
      if (!retired) throw new Error('update() may be called once')
      await rm(pathOf(retired))
      packages.delete(retiredPackage)
      await createRepo(directory)
      return {
        added: laterPackages.map(({ name }) => name).filter(name => name !== upgraded),
        removed: retiredPackage,
        upgraded: { name: upgraded, from, to: packages.get(upgraded)?.version ?? '' },
      }
    },
  }
}

async function createRepo(directory: string): Promise<void> {
  await runCommand('createrepo_c', ['--quiet', '--update', directory])
}

/** What an installation tree has besides packages; dot files are what careless mirrors lose. */
async function writeInstallerFiles(directory: string): Promise<void> {
  const images = ['vmlinuz', 'initrd.img'].map((name, k) => ({ name, bytes: (k + 1) * 400_000 }))
  const at = join(directory, 'images', 'pxeboot')
  await mkdir(at, { recursive: true })
  for (const { name, bytes } of images) writeContent(join(at, name), { content: name, bytes, mtime: imageTime })
  const treeInfo = `[header]
type = productmd.treeinfo
version = 1.2

[release]
name = repocast lab
short = lab
version = 1

[tree]
arch = x86_64
build_timestamp = ${imageTime}
platforms = x86_64

[images-x86_64]
initrd = images/pxeboot/initrd.img
kernel = images/pxeboot/vmlinuz
`
  await writeFile(join(directory, '.treeinfo'), treeInfo)
  await writeFile(join(directory, '.discinfo'), `${imageTime}.000000\nrepocast lab 1\nx86_64\n`)
  for (const name of ['.treeinfo', '.discinfo']) await utimes(join(directory, name), imageTime, imageTime)
}
