import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HashPool } from '@repocast/files'
import { afterAll, expect, test } from 'vitest'
import { blobDigest } from './blob-digest.ts'

const directory = mkdtempSync(join(tmpdir(), 'repocast-blob-digest-'))
const hashPool = new HashPool({ threads: 1 })
afterAll(async () => {
  await hashPool.close()
  rmSync(directory, { recursive: true })
})

test.each([0, 64 * 1024, 64 * 1024 + 1, 3_000_000])('a blob of %i bytes', async size => {
  const [path, content] = [join(directory, String(size)), Buffer.alloc(size, 'content')]
  writeFileSync(path, content)
  for (const algorithm of ['sha512', 'sha1', 'md5'] as const) {
    const expected = createHash(algorithm).update(content).digest('hex')
    expect(await blobDigest(path, size, algorithm, hashPool)).toBe(expected)
  }
})

test.each([1, 1_000_000])('one of %i bytes that is gone is an object that is missing', async size => {
  const gone = blobDigest(join(directory, 'gone'), size, 'sha512', hashPool)
  await expect(gone).rejects.toMatchObject({ code: 'REPOCAST_OBJECT_MISSING' })
})
