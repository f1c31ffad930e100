import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { objectIdOf } from '@repocast/objects'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCatalog } from '../catalog/catalog.ts'
import { ScanCache, type ScannedDirectory } from './scan-cache.ts'

let directory: string
let catalog: ReturnType<typeof openCatalog>
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-scan-cache-'))
  catalog = openCatalog(join(directory, 'catalog.sqlite'))
})
afterEach(() => {
  catalog.close()
  rmSync(directory, { recursive: true })
})

const source = Buffer.from('/srv/tree')
const cache = (): ScanCache => new ScanCache(catalog, source)
const scanned = (text: string, bytes = 3): ScannedDirectory => ({
  looks: Buffer.alloc(bytes, text),
  files: Buffer.from(text),
  tree: { id: objectIdOf(Buffer.from(text)), size: text.length },
})
const paths = (): string[] =>
  catalog.prepare('SELECT path FROM scanned_directories ORDER BY path').pluck().all().map(String)

test('what a scan has found is known when its objects are in the store, and not before', async () => {
  const first = cache()
  first.set('a', scanned('a'))
  let commit = (): void => {}
  const kept = first.keepBehind(new Promise(resolve => (commit = resolve)))
  first.set('b', scanned('b')) // its objects come with the next commit
  expect(paths()).toEqual([])
  commit()
  await kept
  expect(paths()).toEqual(['a'])
  expect(cache().get('a')).toEqual(scanned('a'))
  await expect(first.keepBehind(Promise.reject(new Error('the disk is full')))).rejects.toThrow('full')
  expect(paths()).toEqual(['a'])
})

test('the end of a scan forgets directories that are gone', () => {
  for (const names of [
    ['a', 'b'],
    ['b', 'c'],
  ]) {
    const scan = cache()
    for (const name of names) if (scan.get(name) === undefined) scan.set(name, scanned(name))
    scan.finish()
    expect(paths()).toEqual(names)
  }
})

test('many small directories wait no longer than a few large ones', () => {
  const [small, large] = [cache(), cache()]
  for (let k = 0; !small.isFull; k += 1) small.set(String(k), scanned('x'))
  for (let k = 0; !large.isFull; k += 1) large.set(String(k), scanned('x', 1_000_000))
  small.finish()
  expect(paths().length).toBeLessThan(30_000)
  large.finish()
  expect(paths().length).toBeLessThan(20)
})
