import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MixtureWatch } from './mixture.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'repocast-mixture-'))
})
afterEach(async () => await rm(directory, { recursive: true }))

async function tree(name: string): Promise<string> {
  const root = join(directory, name)
  await mkdir(root)
  for (const file of ['a', 'b', 'c']) await writeFile(join(root, file), name)
  return root
}

async function replace(path: string): Promise<void> {
  await writeFile(`${path}.new`, 'new content')
  await rename(`${path}.new`, path)
}

test('files that are replaced one after the other make a mixture until the last', async () => {
  const root = await tree('copy')
  const watch = new MixtureWatch([root], ['a', 'b', 'c'], 0)
  watch.look(1)
  expect(watch.worstSeconds).toBe(0)
  await replace(join(root, 'a'))
  watch.look(2)
  await replace(join(root, 'b'))
  watch.look(3.5)
  await replace(join(root, 'c'))
  watch.look(5)
  expect(watch.worstSeconds).toBe(3)
})

test('a link that is swapped makes none', async () => {
  await tree('old')
  await tree('new')
  const served = join(directory, 'served')
  await symlink('old', served)
  const watch = new MixtureWatch([served], ['a', 'b', 'c'], 0)
  await symlink('new', join(directory, 'next'))
  watch.look(1)
  await rename(join(directory, 'next'), served)
  watch.look(2)
  expect(watch.worstSeconds).toBe(0)
})

test('files that are written in place make a mixture, also when all have begun to change', async () => {
  const root = await tree('copy')
  const watch = new MixtureWatch([root], ['a', 'b', 'c'], 0)
  for (const [k, content] of ['ne', 'new one'].entries()) {
    for (const file of ['a', 'b', 'c']) await writeFile(join(root, file), content)
    watch.look(k + 1)
  }
  expect(watch.worstSeconds).toBe(1)
})
