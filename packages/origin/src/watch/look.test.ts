import { linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lookAtTree } from './look.ts'
import { haveChanged, lookApart } from './looker.ts'

let tree: string
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'repocast-look-'))
})
afterEach(() => rmSync(tree, { recursive: true }))

function put(path: string, text = path): void {
  mkdirSync(join(tree, path, '..'), { recursive: true })
  writeFileSync(join(tree, path), text)
}
const rootsOf = (): string[] => lookAtTree(tree).roots.map(({ path }) => path.toString().slice(tree.length + 1))

test('the roots of yum and deb metadata are seen, and none of a plain tree', () => {
  put('Release')
  put('doc/file')
  expect(rootsOf()).toEqual([])
  put('os/repodata/repomd.xml')
  put('os/Packages/a.rpm')
  expect(rootsOf()).toEqual(['Release', 'os/repodata/repomd.xml'])
  put('dists/stable/InRelease')
  put('dists/stable/main/binary-amd64/Release')
  expect(rootsOf()).toEqual(['Release', 'dists/stable/InRelease', 'os/repodata/repomd.xml'])
})

test('every change in a tree is another fingerprint; a look, and a hard link from elsewhere, is none', () => {
  put('a/b', 'x')
  symlinkSync('b', join(tree, 'a/link'))
  const prints = new Set<string>()
  const isNew = (change: () => void): void => {
    change()
    const { all } = lookAtTree(tree)
    expect(prints).not.toContain(all)
    prints.add(all)
  }
  isNew(() => {})
  isNew(() => put('c', ''))
  isNew(() => put('c', 'longer'))
  isNew(() => utimesSync(join(tree, 'c'), 1, 1))
  isNew(() => renameSync(join(tree, 'a/b'), join(tree, 'b')))
  isNew(() => rmSync(join(tree, 'a/link')))
  isNew(() => mkdirSync(join(tree, 'd')))
  isNew(() => writeFileSync(Buffer.concat([Buffer.from(`${tree}/d/`), Buffer.from([0xff])]), ''))
  const elsewhere = mkdtempSync(join(tmpdir(), 'repocast-link-'))
  linkSync(join(tree, 'c'), join(elsewhere, 'c'))
  expect(prints).toContain(lookAtTree(tree).all)
  rmSync(elsewhere, { recursive: true })
})

test('a glance sees that a root was replaced or removed', () => {
  put('repodata/repomd.xml', 'old')
  const { roots } = lookAtTree(tree)
  expect(haveChanged(roots)).toBe(false)
  put('new', 'new')
  renameSync(join(tree, 'new'), join(tree, 'repodata/repomd.xml'))
  expect(haveChanged(roots)).toBe(true)
  const again = lookAtTree(tree).roots
  rmSync(join(tree, 'repodata'), { recursive: true })
  expect(haveChanged(again)).toBe(true)
})

test('a look in a thread is the same, also that nothing is there', { timeout: 30_000 }, async () => {
  put('repodata/repomd.xml')
  const { all, roots } = lookAtTree(tree)
  const signal = AbortSignal.timeout(30_000)
  expect(await lookApart(tree, signal)).toMatchObject({ all, roots })
  await expect(lookApart(join(tree, 'missing'), signal)).rejects.toThrow(/ENOENT/)
})
