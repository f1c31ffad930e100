import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { parseRepositoryName } from '@repocast/objects'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { initOrigin } from '../init.ts'
import { type Publisher, processPublisher } from './publisher.ts'

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

let directory: string
let tree: string
let publisher: Publisher
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-publisher-'))
  const data = join(directory, 'origin')
  tree = join(directory, 'tree')
  mkdirSync(tree)
  writeFileSync(join(tree, 'file'), 'content')
  const values = { url: 'http://127.0.0.1:8080', repositories: { files: { tree } } }
  await initOrigin({ data, values, clock: () => new Date() })
  publisher = processPublisher({ data, environment: process.env, logger: silentLogger })
})
afterEach(() => rmSync(directory, { recursive: true }))

const files = parseRepositoryName('files')
const never = new AbortController().signal

test('another process publishes, and tells its steps and its result', async () => {
  const steps: string[] = []
  const run = { signal: never, onStep: (step: string) => steps.push(step) }
  expect(await publisher(files, run)).toMatchObject({ published: true, serial: 1 })
  expect(steps[0]).toBe('scan')
  expect(steps.at(-1)).toBe('sign')
  expect(await publisher(files, run)).toMatchObject({ published: false, serial: 1 })
})

test('its errors come with their codes', async () => {
  const unknown = publisher(parseRepositoryName('others'), { signal: never, onStep: () => {} })
  await expect(unknown).rejects.toMatchObject({
    code: 'REPOCAST_TREE_NOT_FOUND',
    hint: expect.stringContaining('others'),
  })
})

test('it is killed when the signal says stop, and the next one goes on', async () => {
  const stop = new AbortController()
  const run = publisher(files, { signal: stop.signal, onStep: () => stop.abort(new Error('stop')) })
  await expect(run).rejects.toThrow('stop')
  const again = await publisher(files, { signal: never, onStep: () => {} })
  expect(again).toMatchObject({ serial: 1 })
})
