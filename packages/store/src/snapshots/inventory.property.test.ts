import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { HashPool } from '@repocast/files'
import { decodeName, objectIdOf } from '@repocast/objects'
import { inPackOrder, type PackEntry } from '@repocast/packs'
import { packOf } from '@repocast/packs/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openCatalog } from '../catalog/catalog.ts'
import { openStore } from '../store.ts'
import { Inventory } from './inventory.ts'

const isVolatile = (path: string) => path.startsWith('repodata/')
const name = fc.uint8Array({ minLength: 1, maxLength: 6 }).map(decodeName)
const path = fc.oneof(
  name,
  name.map(text => `repodata/${text}`),
)
const entry = fc
  .record({ seed: fc.nat(200), path, kind: fc.constantFrom('tree' as const, 'blob' as const), size: fc.nat(3) })
  .map(({ seed, ...rest }): PackEntry => ({ ...rest, id: objectIdOf(Buffer.from(`${seed} ${rest.size}`)) }))
// an object that is named twice is kept as it came first, which is not a matter of the order
const entries = fc.uniqueArray(entry, { maxLength: 60, selector: ({ id }) => id })

test('an inventory gives what no pack holds in the order of packs, and how much that is', () => {
  const directory = mkdtempSync(join(tmpdir(), 'repocast-inventory-'))
  const catalog = openCatalog(join(directory, 'catalog.sqlite'))
  try {
    fc.assert(
      fc.property(entries, list => {
        const inventory = new Inventory(catalog, isVolatile)
        for (const one of list) inventory.add(one)
        const ordered = inPackOrder(list, isVolatile)
        expect([...inventory.uncovered()]).toEqual(ordered)
        const bytes = ordered.reduce((sum, { size }) => sum + size, 0)
        expect(inventory.uncoveredSize()).toEqual({ objects: ordered.length, bytes })
        inventory.close()
      }),
    )
  } finally {
    catalog.close()
    rmSync(directory, { recursive: true })
  }
})

test('a snapshot takes packs that hold what it needs, and knows how much it needs of each', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'repocast-inventory-'))
  const hashPool = new HashPool({ threads: 1 })
  const store = await openStore({ directory, logger: silentLogger, hashPool })
  try {
    const [one, two, three] = await Promise.all([
      packOf({ 'pool/a': 'aa', 'pool/b': 'bbb' }),
      packOf({ 'pool/b': 'bbb', 'pool/c': 'c' }),
      packOf({ 'pool/d': 'dddd' }),
    ])
    for (const { torrent } of [one, two, three]) await store.packs.add(torrent)
    const inventory = store.inventory(isVolatile)
    for (const content of ['aa', 'bbb', 'c', 'new']) {
      const bytes = Buffer.from(content)
      inventory.add({ kind: 'blob', id: objectIdOf(bytes), size: bytes.length, path: content })
    }
    const paths = () => [...inventory.uncovered()].map(({ path }) => path)
    const [first, second] = [one.pack.infoHash, two.pack.infoHash]
    inventory.cover([first])
    expect(inventory.holders()).toEqual([second])
    expect(paths()).toEqual(['c', 'new'])
    inventory.cover([second, first])
    expect(inventory.covering()).toEqual([first, second])
    expect(paths()).toEqual(['new'])
    expect(inventory.uncoveredSize()).toEqual({ objects: 1, bytes: 3 })
    inventory.cover([three.pack.infoHash])
    const loads = inventory.loads().map(({ infoHash, bytes, liveBytes, liveObjects }) => {
      return [infoHash, bytes, liveBytes, liveObjects]
    })
    expect(loads).toEqual([
      [first, 5, 5, 2],
      [second, 4, 4, 2],
      [three.pack.infoHash, 4, 0, 0],
    ])
    inventory.uncover([first, three.pack.infoHash])
    expect(paths()).toEqual(['aa', 'new'])
    inventory.close()
  } finally {
    await store.close()
    await hashPool.close()
    rmSync(directory, { recursive: true })
  }
})
