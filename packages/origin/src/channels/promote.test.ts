import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { parseRepositoryName } from '@repocast/objects'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { publishTree } from '../commands.ts'
import { rollbackRepository } from '../history/commands.ts'
import { initOrigin } from '../init.ts'
import { type OriginOptions, withOrigin } from '../open-origin.ts'
import { collectOrigin } from '../retention/collect-origin.ts'
import { listChannels, promoteSnapshot } from './commands.ts'

let data: string
let tree: string
let options: OriginOptions
const repository = 'plain'

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'repocast-promote-'))
  tree = mkdtempSync(join(tmpdir(), 'repocast-promote-tree-'))
  const clock = () => new Date('2026-11-21T00:00:00Z')
  options = { data, environment: {}, clock, logger: silentLogger }
  await initOrigin({ data, values: { url: 'http://origin.example.org:8080' }, clock })
  for (const text of ['one', 'two', 'three']) {
    writeFileSync(join(tree, 'a'), text)
    await publishTree(options, { repository, tree })
  }
})
afterEach(() => {
  for (const directory of [data, tree]) rmSync(directory, { recursive: true })
})

const promote = async (serial: string | undefined, channel: string) =>
  await promoteSnapshot(options, { repository, serial, channel })

test('a snapshot that a channel names outlives a collection, and can be rolled back to', async () => {
  await promote('1', 'stable')
  await withOrigin(options, async origin => {
    const { feed, store } = origin
    const keepOf = () => ({ snapshots: 1, days: 0 })
    await collectOrigin({ keepOf }, { ...origin, clock: options.clock })
    const name = parseRepositoryName(repository)
    expect(await feed.serials(name)).toEqual([1, 3])
    expect(store.channels.of(name)).toEqual(new Map([['stable', 1]]))
  })
  expect(await rollbackRepository(options, { repository, serial: '1' })).toMatchObject({ published: true, serial: 4 })
  await expect(promote('2', 'stable')).rejects.toMatchObject({ code: 'REPOCAST_SNAPSHOT_UNKNOWN' })
})

test('channels are moved, listed and taken away, each time with a new revision', async () => {
  expect(await listChannels(options, repository)).toEqual({ repository, revision: 0, channels: {} })
  await promote('3', 'testing')
  expect(await promote('2', 'stable')).toEqual({ repository, revision: 2, channels: { stable: 2, testing: 3 } })
  await promote('1', 'stable')
  await promote(undefined, 'testing')
  expect(await listChannels(options, repository)).toEqual({ repository, revision: 4, channels: { stable: 1 } })
  await expect(promote('x', 'stable')).rejects.toMatchObject({ code: 'REPOCAST_SERIAL_MALFORMED' })
  await expect(promote('1', '7')).rejects.toMatchObject({ code: 'REPOCAST_CHANNEL_BAD_NAME' })
})
