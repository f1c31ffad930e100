import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseRepositoryName } from '@repocast/objects'
import { expect, onTestFinished, test } from 'vitest'
import { openCatalog } from '../catalog/catalog.ts'
import { Orders } from './orders.ts'

test('orders stand until they are taken back, for each repository, and another process sees them', () => {
  const directory = mkdtempSync(join(tmpdir(), 'repocast-orders-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const [a, b] = [openCatalog(join(directory, 'catalog.sqlite')), openCatalog(join(directory, 'catalog.sqlite'))]
  const [given, seen] = [new Orders(a), new Orders(b)]
  const [debian, fedora] = [parseRepositoryName('debian'), parseRepositoryName('fedora')]
  expect(seen.of(debian)).toEqual({ held: undefined, accepted: undefined, pinned: [] })
  given.hold(debian, 7)
  given.accept(debian, 9)
  for (const serial of [5, 3, 5]) given.pin(debian, serial)
  given.hold(debian, 8)
  expect(seen.of(debian)).toEqual({ held: 8, accepted: 9, pinned: [3, 5] })
  given.resume(debian)
  given.unpin(debian, 3)
  expect(seen.of(debian)).toEqual({ held: undefined, accepted: 9, pinned: [5] })
  expect(seen.of(fedora).pinned).toEqual([])
  a.close()
  b.close()
})
