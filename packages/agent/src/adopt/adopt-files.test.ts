import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { HashPool } from '@repocast/files'
import { objectIdOf } from '@repocast/objects'
import { packOf } from '@repocast/packs/testing'
import { openStore, type Store } from '@repocast/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AdoptFilesOptions, adoptFiles } from './adopt-files.ts'

let directory: string
let old: string
let store: Store
let hashed: string[]
const hashPool = new HashPool({ threads: 1 })
const blobs = Object.fromEntries(Array.from({ length: 300 }, (_, k) => [`pool/${k}`, `content of ${k}`]))

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-adopt-'))
  old = join(directory, 'old')
  mkdirSync(join(old, 'pool'), { recursive: true })
  for (const [path, text] of Object.entries(blobs)) writeFileSync(join(old, path), text)
  writeFileSync(join(old, 'junk'), 'in no pack')
  writeFileSync(join(old, 'twin'), 'content of 7')
  const data = join(directory, 'data')
  mkdirSync(data)
  store = await openStore({ directory: data, logger: silentLogger, hashPool })
  await store.packs.add((await packOf(blobs)).torrent)
  hashed = []
  const sha256File = hashPool.sha256File.bind(hashPool)
  hashPool.sha256File = async path => {
    hashed.push(path.toString())
    return await sha256File(path)
  }
})
afterEach(async () => {
  await store.close()
  Reflect.deleteProperty(hashPool, 'sha256File')
  rmSync(directory, { recursive: true })
})

async function adopt(options: Partial<AdoptFilesOptions> = {}) {
  const { signal } = new AbortController()
  const onProgress = () => {}
  return await adoptFiles({ store, hashPool, directory: old, logger: silentLogger, signal, onProgress, ...options })
}

test('files that a pack holds become objects by second names of the same inodes', async () => {
  const counts = await adopt()
  expect(counts).toMatchObject({ files: 302, linked: 300, copied: 0 })
  for (const [path, text] of Object.entries(blobs)) {
    const id = objectIdOf(Buffer.from(text))
    expect(store.objects.has(id)).toBe(true)
    if (path !== 'pool/7') expect(statSync(store.layout.object(id)).ino).toBe(statSync(join(old, path)).ino)
  }
  expect(store.objects.has(objectIdOf(Buffer.from('in no pack')))).toBe(false)
})

test('an adoption that was interrupted does not read a file twice, unless it has changed', async () => {
  const stop = new AbortController()
  const onProgress = ({ files }: { readonly files: number }) => {
    if (files > 100) stop.abort(new Error('stopped'))
  }
  await expect(adopt({ signal: stop.signal, onProgress })).rejects.toThrow('stopped')
  const first = [...hashed]
  expect(first.length).toBeGreaterThan(100)
  expect(first.length).toBeLessThan(300)
  const changed = first.find(path => path.endsWith('5')) ?? ''
  writeFileSync(changed, 'other content')
  hashed = []
  await adopt()
  expect(hashed.filter(path => first.includes(path))).toEqual([changed])
  expect([...new Set([...first, ...hashed])]).toHaveLength(302)
})
