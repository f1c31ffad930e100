import { buffer } from 'node:stream/consumers'
import { whyUnsafeLink } from '@repocast/objects'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type MemoryLink, MemoryTree } from '../check/memory-tree.ts'
import { SnapshotTree } from './snapshot-tree.ts'
import { type MadeFiles, MadeSnapshots } from './testing/made-snapshot.ts'

const name = fc.constantFrom('a', 'b', 'c', 'é', '\u{1F600}', '\uDC80', '\uFFFD')
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map(names => names.join('/'))
const target = fc.array(fc.oneof(name, fc.constant('..')), { minLength: 1, maxLength: 4 }).map(parts => parts.join('/'))
const link = target.map(text => ({ target: text }))
const blob = fc.uint8Array({ maxLength: 8 }).map(bytes => Buffer.from(bytes))
const files = fc
  .array(fc.tuple(path, fc.oneof<[fc.Arbitrary<Buffer>, fc.Arbitrary<MemoryLink>]>(blob, link)), { maxLength: 25 })
  .map(consistent)

/** Without paths below files and links, and without links that climb behind a name, which publishing refuses. */
function consistent(pairs: readonly (readonly [string, Buffer | MemoryLink])[]): MadeFiles {
  const kept = new Map<string, Buffer | MemoryLink>()
  for (const [one, content] of pairs) {
    const clashes = [...kept.keys()].some(other => one.startsWith(`${other}/`) || other.startsWith(`${one}/`))
    const climbs = !(content instanceof Uint8Array) && /climbs/.test(whyUnsafeLink(dirname(one), content.target) ?? '')
    if (!clashes && !climbs) kept.set(one, content)
  }
  return kept
}

function dirname(one: string): string {
  return one.split('/').slice(0, -1).join('/')
}

test('a snapshot is to rules what the same tree is in memory', async () => {
  await fc.assert(
    fc.asyncProperty(files, fc.array(path, { maxLength: 20 }), async (made, others) => {
      const snapshots = new MadeSnapshots()
      const [stored, memory] = [new SnapshotTree(snapshots, snapshots.add(made)), new MemoryTree(made)]
      const walked = [...memory.walk('')]
      expect([...stored.walk('')]).toEqual(walked)
      for (const at of ['', ...walked.map(node => node.path), ...others]) {
        const node = memory.find(at)
        expect(stored.find(at)).toEqual(node)
        expect([...stored.walk(at)]).toEqual([...memory.walk(at)])
        if (node?.type !== 'f') continue
        expect(await buffer(stored.read(at))).toEqual(await buffer(memory.read(at)))
        for (const algorithm of ['sha256', 'md5'] as const) {
          expect(await stored.digest(at, algorithm)).toBe(await memory.digest(at, algorithm))
        }
      }
    }),
  )
})
