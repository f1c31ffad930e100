import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { type MadeRpm, MadeYumRepository } from '@repocast/repositories/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CheckFailed } from '../check/check-failed.ts'
import { publishTree } from '../commands.ts'
import { initOrigin } from '../init.ts'
import { type OriginOptions, withOrigin } from '../open-origin.ts'
import type { PublishResult } from './publish.ts'

let data: string
let tree: string
let options: OriginOptions

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'repocast-dry-'))
  tree = mkdtempSync(join(tmpdir(), 'repocast-dry-tree-'))
  const clock = () => new Date('2026-11-21T00:00:00Z')
  options = { data, environment: {}, clock, logger: silentLogger }
  await initOrigin({ data, values: { url: 'http://origin.example.org:8080' }, clock })
})
afterEach(() => {
  for (const directory of [data, tree]) rmSync(directory, { recursive: true })
})

const a: MadeRpm = { name: 'a', version: '1' }
const b: MadeRpm = { name: 'b', version: '1' }

/** The tree has these packages and no others; its metadata names no SHA-256. */
function write(...rpms: MadeRpm[]): MadeYumRepository {
  const made = new MadeYumRepository({ repositories: { '': rpms }, algorithm: 'sha512' })
  for (const name of readdirSync(tree)) rmSync(join(tree, name), { recursive: true })
  for (const [path, content] of made.files) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), content)
  }
  return made
}

const publish = async (isDryRun: boolean): Promise<PublishResult> =>
  await publishTree(options, { repository: 'yum', tree, isDryRun })

/** All that a data directory holds: its files, and the rows of the catalog. */
async function held(): Promise<unknown> {
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter(name => !/sqlite|\.lock/.test(name))
  const rows = await withOrigin(options, async ({ store: { catalog } }) => {
    const count = (table: string) => catalog.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
    return ['objects', 'digests', 'scanned_directories', 'packs', 'snapshots'].map(count)
  })
  return { files: files.sort(), rows }
}

test('a dry run tells what a publish does, and leaves nothing behind', async () => {
  for (const rpms of [[a], [a, b]]) {
    write(...rpms)
    const before = await held()
    const dry = await publish(true)
    expect(await held()).toEqual(before)
    const { packs, newPacks, ...real } = await publish(false)
    expect(packs.length).toBeGreaterThan(0)
    expect(newPacks.length).toBe(1)
    expect(dry).toEqual({ ...real, published: false, packs: [], newPacks: [] })
  }
})

test('a dry run reads packages for the check where they are', async () => {
  write(a)
  await publish(false)
  const broken = write(a, b)
  const path = [...broken.files.keys()].find(name => /\/b-.*\.rpm$/.test(name)) ?? expect.fail()
  writeFileSync(join(tree, path), Buffer.alloc(broken.files.get(path)?.length ?? 0))
  const before = await held()
  const failure = await publish(true).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(CheckFailed)
  const errors = (failure as CheckFailed).groups.filter(({ severity }) => severity === 'error')
  expect(errors).toMatchObject([{ code: 'YUM_PACKAGE_CHECKSUM', count: 1, examples: [{ path }] }])
  expect(await held()).toEqual(before)
})

test('a dry run goes on when the store has lost what an earlier scan had put there', async () => {
  write(a)
  await publish(false)
  await withOrigin(options, async ({ store: { catalog } }) => void catalog.prepare('DELETE FROM objects').run())
  const before = await held()
  expect(await publish(true)).toMatchObject({ published: false, serial: 1 })
  write(a, b)
  expect(await publish(true)).toMatchObject({ published: false, serial: 2, new: { files: 5 } })
  expect(await held()).toEqual(before)
})
