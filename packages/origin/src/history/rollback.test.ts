import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { objectIdOf } from '@repocast/objects'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type PublishCommand, publishTree } from '../commands.ts'
import { initOrigin } from '../init.ts'
import { type OriginOptions, withOrigin } from '../open-origin.ts'
import { rollbackRepository, showSnapshot } from './commands.ts'

let data: string
let tree: string
let options: OriginOptions
const repository = 'plain'

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'repocast-rollback-'))
  tree = mkdtempSync(join(tmpdir(), 'repocast-rollback-tree-'))
  const clock = () => new Date('2026-11-21T00:00:00Z')
  options = { data, environment: {}, clock, logger: silentLogger }
  await initOrigin({ data, values: { url: 'http://origin.example.org:8080' }, clock })
  await publishFiles({ a: 'one', b: 'the same' })
  await publishFiles({ a: 'two' })
})
afterEach(() => {
  for (const directory of [data, tree]) rmSync(directory, { recursive: true })
})

async function publishFiles(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(tree, name), text)
  return await publishTree(options, { repository, tree } satisfies PublishCommand)
}

const rootOf = async (serial?: string) => (await showSnapshot(options, repository, serial)).record.root
const rollbackTo = async (serial: string) => await rollbackRepository(options, { repository, serial })
const change = async (sql: string, id: Buffer) =>
  await withOrigin(options, async ({ store }) => store.catalog.prepare(sql).run(id))

test('the old content gets a new serial, and the next publish goes on from there', async () => {
  expect(await rollbackTo('1')).toMatchObject({ published: true, serial: 3, contentOf: 1, newPacks: [] })
  expect(await rootOf('3')).toEqual(await rootOf('1'))
  expect(await rollbackTo('1')).toMatchObject({ published: false, serial: 3 })
  expect(await publishFiles({})).toMatchObject({ published: true, serial: 4, new: { bytes: 0 } })
  expect(await rootOf('4')).toEqual(await rootOf('2'))
})

test('packs that are not kept any more are made anew', async () => {
  const { record } = await showSnapshot(options, repository, '1')
  for (const { infoHash } of record.packs)
    await change('DELETE FROM packs WHERE info_hash = ?', Buffer.from(infoHash, 'hex'))
  const { newPacks } = await rollbackTo('1')
  expect(newPacks).toHaveLength(1)
  expect((await showSnapshot(options, repository)).record.packs.map(pack => pack.infoHash)).toContain(newPacks[0])
})

test('content that is not kept any more is told, and nothing is published', async () => {
  const id = objectIdOf(Buffer.from('one'))
  await change('DELETE FROM objects WHERE id = ?', Buffer.from(id, 'hex'))
  await expect(rollbackTo('1')).rejects.toMatchObject({
    code: 'REPOCAST_SNAPSHOT_COLLECTED',
    hint: expect.stringContaining('bring the old tree back'),
  })
  await expect(rollbackTo('9')).rejects.toMatchObject({ code: 'REPOCAST_SNAPSHOT_UNKNOWN' })
  expect((await showSnapshot(options, repository)).record.serial).toBe(2)
})
