import { objectIdOf, parseRepositoryName, type SnapshotRecord, type TreeEntry } from '@repocast/objects'
import { MemoryTrees } from '@repocast/objects/testing'
import { expect, test } from 'vitest'
import { findMarkers, randomTarget } from './targets.ts'

const trees = new MemoryTrees()
const id = (text: string) => objectIdOf(Buffer.from(text))
const file = (name: string, content: string): TreeEntry => {
  return { type: 'f', name, mode: 0o644, mtime: 1, size: content.length, id: id(content) }
}
const directory = (name: string, entries: TreeEntry[]): TreeEntry => {
  const tree = trees.add(entries)
  return { type: 'd', name, mode: 0o755, mtime: 1, size: trees.size(tree), id: tree }
}
function record(serial: number, entries: TreeEntry[]): SnapshotRecord {
  const root = trees.add(entries)
  return {
    repository: parseRepositoryName('yum'),
    kind: 'yum',
    serial,
    created: '2026-01-01T00:00:00Z',
    root: { id: root, size: trees.size(root), mode: 0o755, mtime: 1 },
    counts: { files: 1, links: 0, directories: 0 },
    ...{ bytes: 1, packs: [], findings: [] },
  }
}

const packages = directory('packages', [file('a', 'aaaa'), file('b', 'b')])
const repodata = [directory('repodata', [file('repomd.xml', 'old metadata')])]
const first = record(1, [packages, ...repodata])

test('what clients begin with tells snapshots apart before all else', async () => {
  const next = record(2, [
    directory('packages', [file('a', 'aaaa'), file('c', 'cc')]),
    directory('repodata', [file('repomd.xml', 'new metadata')]),
  ])
  const markers = await findMarkers(trees.read, next, first)
  expect(markers).toEqual([
    {
      path: 'repodata/repomd.xml',
      isMarker: true,
      now: { size: 12, sha256: id('new metadata') },
      before: { size: 12, sha256: id('old metadata') },
    },
    { path: 'packages/c', isMarker: true, now: { size: 2, sha256: id('cc') }, before: undefined },
  ])
})

test('where files only went, their absence tells', async () => {
  const next = record(2, [directory('packages', [file('a', 'aaaa')]), ...repodata])
  expect(await findMarkers(trees.read, next, first)).toEqual([
    { path: 'packages/b', isMarker: true, now: undefined, before: { size: 1, sha256: id('b') } },
  ])
  expect(await findMarkers(trees.read, first, first)).toEqual([])
})

test('a random file is one of the tree', async () => {
  const numbers = [0, 0.9, 0.99, 0]
  expect(await randomTarget(trees.read, first.root.id, () => numbers.shift() ?? 0)).toMatchObject({
    path: 'packages/b',
  })
  expect(await randomTarget(trees.read, first.root.id, () => 0.99)).toMatchObject({ path: 'repodata/repomd.xml' })
  expect(await randomTarget(trees.read, trees.add([]), Math.random)).toBeUndefined()
})
