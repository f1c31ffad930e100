import { mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { changePlainTree, type Lab, plainTree, type Random, runCommand, yumRepository } from '../lab/index.ts'

/** A repository that changes from one publish to the next. */
export interface LivingRepository {
  readonly name: string
  readonly directory: string
  change(random: Random): Promise<void>
}

/** Files and everything that breaks careless programs. */
export function plainRepository(lab: Lab, files: number): LivingRepository {
  const directory = lab.newDirectory('plain')
  const bytes: [number, number] = [1, 40_000]
  plainTree(directory, { seed: 1, files, directories: 8, bytes, nasty: 'all' })
  return {
    name: 'plain',
    directory,
    async change(random) {
      const some = (): number => random.integer(0, 6)
      const seed = random.integer(2, 2 ** 30)
      // as many go as come
      const [add, copy] = [some(), some()]
      changePlainTree(directory, { seed, add, copy, remove: add + copy, change: 1 + some(), rename: some(), bytes })
    },
  }
}

/** Real packages, of which some are there on one day and others on the next, with metadata made anew. */
export async function yumPackages(lab: Lab): Promise<LivingRepository> {
  const { directory, packages } = await yumRepository(lab)
  const reserve = lab.newDirectory('reserve')
  const packagesOf = (): string[] =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.rpm'))
  const [most] = [packages().size]
  const takeAway = (path: string): void => renameSync(join(directory, path), join(reserve, path.replaceAll('/', ':')))
  const putBack = (name: string): void => {
    const path = join(directory, name.replaceAll(':', '/'))
    mkdirSync(join(path, '..'), { recursive: true })
    renameSync(join(reserve, name), path)
  }
  return {
    name: 'yum',
    directory,
    async change(random) {
      const [away = '', more = ''] = random.shuffled(packagesOf())
      const back = random.shuffled(readdirSync(reserve)).slice(0, 2)
      for (const name of back) putBack(name)
      takeAway(away)
      if (packagesOf().length > most - 3) takeAway(more)
      await runCommand('createrepo_c', ['--quiet', '--update', directory])
    },
  }
}
