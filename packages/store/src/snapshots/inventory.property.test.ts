import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeName, objectIdOf } from '@repocast/objects'
import { inPackOrder, type PackEntry } from '@repocast/packs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openCatalog } from '../catalog/catalog.ts'
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
        expect([...inventory.unpacked()]).toEqual(ordered)
        const bytes = ordered.reduce((sum, { size }) => sum + size, 0)
        expect(inventory.unpackedSize()).toEqual({ objects: ordered.length, bytes })
        inventory.close()
      }),
    )
  } finally {
    catalog.close()
    rmSync(directory, { recursive: true })
  }
})
