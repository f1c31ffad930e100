import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RepocastError, silentLogger } from '@repocast/errors'
import { parseRepositoryName } from '@repocast/objects'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PublishLog } from '../publish/publish-log.ts'
import { lastingMemory, type WatchMemory } from './memory.ts'
import type { Publisher } from './publisher.ts'
import { Watchers } from './watchers.ts'

/** A look starts a thread, which may take a while. */
const patiently = { timeout: 20_000 }
vi.setConfig({ testTimeout: 60_000 })

let tree: string
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'repocast-watchers-'))
  writeFileSync(join(tree, 'file'), '1')
})
afterEach(() => rmSync(tree, { recursive: true }))

const nothing: WatchMemory = { published: () => undefined, remember() {} }

/** Watches the tree under these names, without waiting. */
function watch(names: readonly string[], publisher: Publisher, memory = nothing): Watchers {
  const times = { stillFor: 0, every: 5 }
  return new Watchers({
    watched: names.map(name => ({ repository: parseRepositoryName(name), tree, times })),
    publisher,
    memory,
    clock: () => new Date(),
    logger: silentLogger,
  })
}

test('one repository is published at a time', async () => {
  const names = ['a', 'b', 'c']
  const published = new Set<string>()
  let [running, most] = [0, 0]
  const watchers = watch(names, async name => {
    running += 1
    most = Math.max(most, running)
    await new Promise(resolve => setTimeout(resolve, 5))
    running -= 1
    published.add(name)
    return { published: true, serial: 1 }
  })
  watchers.start()
  await expect.poll(() => published.size, patiently).toBe(3)
  await expect
    .poll(() => watchers.statistics.map(({ state }) => state), patiently)
    .toEqual(['current', 'current', 'current'])
  expect(most).toBe(1)
  await watchers.stop()
})

test('what was refused is told, and published when the tree has changed', async () => {
  let isBroken = true
  let tries = 0
  const watchers = watch(['a'], async () => {
    tries += 1
    if (isBroken) throw new RepocastError('REPOCAST_LINK_ESCAPES', { message: 'x leads out' })
    return { published: true, serial: 1 }
  })
  watchers.start()
  const error = { code: 'REPOCAST_LINK_ESCAPES', message: 'x leads out' }
  await expect.poll(() => watchers.statistics, patiently).toMatchObject([{ name: 'a', state: 'refused', error }])
  expect(tries).toBe(1)
  isBroken = false
  writeFileSync(join(tree, 'file'), '22')
  await expect
    .poll(() => watchers.statistics, patiently)
    .toMatchObject([{ state: 'current', error: null, unpublishedSeconds: 0 }])
  await watchers.stop()
})

test('stopping ends the publish that is under way', async () => {
  let isAborted = false
  const watchers = watch(['a'], async (_, { signal, onStep }) => {
    onStep('scan')
    await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
    isAborted = true
    signal.throwIfAborted()
    return { published: true, serial: 1 }
  })
  watchers.start()
  await expect.poll(() => watchers.statistics, patiently).toMatchObject([{ state: 'publishing', step: 'scan' }])
  await watchers.stop()
  expect(isAborted).toBe(true)
})

test('a restart publishes nothing that was published before, and so leaves a rollback in force', async () => {
  const data = mkdtempSync(join(tmpdir(), 'repocast-watchers-memory-'))
  let [newest, tries] = [0, 0]
  /** Until the tree is seen as current. */
  const run = async (): Promise<void> => {
    const log = new PublishLog(join(data, 'publishes.sqlite'))
    const publisher: Publisher = async () => {
      tries += 1
      newest += 1
      return { published: true, serial: newest }
    }
    const watchers = watch(
      ['a'],
      publisher,
      lastingMemory(log, () => newest),
    )
    watchers.start()
    await expect.poll(() => watchers.statistics, patiently).toMatchObject([{ state: 'current' }])
    await watchers.stop()
    log.close()
  }
  try {
    await run()
    newest += 1 // a rollback
    await run()
    await run()
    expect(tries).toBe(1)
    writeFileSync(join(tree, 'file'), '22')
    await run()
    expect(tries).toBe(2)
    newest = 1 // a backup
    await run()
    expect(tries).toBe(3)
  } finally {
    rmSync(data, { recursive: true })
  }
})
