import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HashPool } from '@repocast/files'
import { type ObjectId, objectIdOf } from '@repocast/objects'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Intake } from './intake.ts'
import { readSourceFile } from './read-file.ts'

const directory = mkdtempSync(join(tmpdir(), 'repocast-read-file-'))
const hashPool = new HashPool({ threads: 1 })
const contents = { small: Buffer.from('small'), empty: Buffer.alloc(0), large: Buffer.alloc(20_000, 7) }

beforeAll(async () => {
  for (const [name, bytes] of Object.entries(contents)) writeFileSync(join(directory, name), bytes)
  // a file that was changed less than two seconds ago may change again within the same times
  await new Promise(resolve => setTimeout(resolve, 2100))
})
afterAll(async () => {
  await hashPool.close()
  rmSync(directory, { recursive: true })
})

/** Reads `name` of `directory`, and tells by which way it was taken in. */
async function read(name: string, { size, known = [] }: { size: number; known?: ObjectId[] }) {
  const taken: (Buffer | 'file')[] = []
  const intake: Intake = {
    has: id => known.includes(id),
    async addFile(_path, { state }, bytes) {
      taken.push(bytes ?? 'file')
      return state
    },
    async addTree() {},
    isFull: false,
    async commit() {},
  }
  const path = join(directory, name)
  const file = await readSourceFile({ path: Buffer.from(path), displayPath: path, size }, { hashPool, intake })
  return { id: file.id, size: Number(file.state.size), taken }
}

describe('a source file', () => {
  test.each(['small', 'empty'] as const)('that is %s is taken in as the bytes that were read', async name => {
    const bytes = contents[name]
    expect(await read(name, { size: bytes.length })).toEqual({
      id: objectIdOf(bytes),
      size: bytes.length,
      taken: [bytes],
    })
  })

  test('that is large is copied', async () => {
    const bytes = contents.large
    expect(await read('large', { size: bytes.length })).toEqual({
      id: objectIdOf(bytes),
      size: 20_000,
      taken: ['file'],
    })
  })

  test('that has grown since it was listed is what it is now', async () => {
    const bytes = contents.small
    expect(await read('small', { size: 2 })).toEqual({ id: objectIdOf(bytes), size: 5, taken: ['file'] })
  })

  test('that has shrunk since it was listed is what it is now', async () => {
    const bytes = contents.small
    expect(await read('small', { size: 900 })).toEqual({ id: objectIdOf(bytes), size: 5, taken: [bytes] })
  })

  test('that may still change is read twice', async () => {
    writeFileSync(join(directory, 'young'), 'young')
    expect((await read('young', { size: 5 })).taken).toEqual(['file'])
  })

  test('that is known is not taken in', async () => {
    const known = [objectIdOf(contents.small)]
    expect((await read('small', { size: 5, known })).taken).toEqual([])
  })

  test('in whose place a link is now is not followed', async () => {
    symlinkSync('small', join(directory, 'link'))
    await expect(read('link', { size: 5 })).rejects.toMatchObject({ code: 'ELOOP' })
  })
})
