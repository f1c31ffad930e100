import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { notificationTypes } from '@repocast/api'
import type { Logger } from '@repocast/errors'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Deliveries } from './deliveries.ts'
import { Outbox } from './outbox.ts'

const day = 24 * 3600 * 1000
const clock = { now: 0 }
let directory = ''
let outbox: Outbox
let deliveries: Deliveries
/** Texts of the events that were sent, and the answers to come; without one the answer is 200. */
let sent: string[]
let answers: Response[]
let logged: string[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-deliveries-'))
  clock.now = Date.parse('2026-01-01T00:00:00Z')
  ;[sent, answers, logged] = [[], [], []]
  outbox = open()
  const log = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const logger: Logger = { debug: log, info: log, warn: log, error: log }
  const fetch = async (_: string, { body }: RequestInit) => {
    sent.push((JSON.parse(String(body)) as { text: string }).text)
    return answers.shift() ?? new Response()
  }
  deliveries = new Deliveries({
    ...{ outbox, logger, random: () => 0 },
    webhooks: new Map([['a', { url: 'https://hooks.example/T0KEN', secrets: [] }]]),
    sending: { fetch, clock: () => new Date(clock.now), program: 'repocast/1' },
  })
  deliveries.start()
})
afterEach(async () => {
  await deliveries.stop()
  outbox.close()
  rmSync(directory, { recursive: true })
})

const open = () =>
  new Outbox({
    ...{ path: join(directory, 'notifications.sqlite'), origin: 'http://origin.example' },
    subscriptions: [{ key: 'a', events: new Set(notificationTypes), repositories: undefined }],
    clock: () => new Date(clock.now),
  })
const add = (...texts: string[]) => addTo(outbox, ...texts)
const addTo = (to: Outbox, ...texts: string[]) =>
  to.atOnce(() => {
    for (const text of texts) to.add({ type: 'test', data: {}, text })
  })
const becomes = async (...texts: string[]) =>
  await expect.poll(() => sent, { timeout: 20_000, interval: 20 }).toEqual(texts)
const counts = async (expected: object) =>
  await expect.poll(() => outbox.totals('a'), { timeout: 20_000, interval: 20 }).toMatchObject(expected)

test('a receiver that is not well is left alone as long as it asks for, then told in order', async () => {
  answers = [new Response('', { status: 503, headers: { 'retry-after': '60' } })]
  add('one', 'two')
  await counts({ failed: 1, waiting: 2, why: 'it answers with status 503' })
  clock.now += 59_000
  add('three')
  await new Promise(resolve => setTimeout(resolve, 600))
  expect(sent).toEqual(['one'])
  clock.now += 1000
  await becomes('one', 'one', 'two', 'three')
  await counts({ accepted: 3, waiting: 0 })
  expect(logged.map(line => line.split(' {')[0])).toEqual([
    'a webhook does not take an event, it is tried again',
    'a webhook takes events again',
  ])
  expect(logged.join()).not.toContain('T0KEN')
})

test('what is refused keeps nothing else up, and is given up after three days', async () => {
  answers = [new Response('', { status: 400 })]
  add('one', 'two')
  await becomes('one', 'two')
  await counts({ failed: 1, accepted: 1, waiting: 1 })
  answers = [new Response('', { status: 400 })]
  clock.now += 3 * day + 1
  await becomes('one', 'two', 'one')
  await counts({ failed: 2, accepted: 1, waiting: 0, lost: 1 })
})

test('what another process adds is told, and the outbox is asked only when there is something', async () => {
  let asked = 0
  const next = outbox.next.bind(outbox)
  outbox.next = key => {
    asked += 1
    return next(key)
  }
  const looks = vi.spyOn(outbox, 'version', 'get')
  const other = open()
  addTo(other, 'one')
  await becomes('one')
  await counts({ accepted: 1, waiting: 0 })
  const before = { asked, looks: looks.mock.calls.length }
  await expect.poll(() => looks.mock.calls.length, { timeout: 20_000 }).toBeGreaterThan(before.looks + 3)
  expect(asked).toBe(before.asked)
  addTo(other, 'two')
  await becomes('one', 'two')
  other.close()
})
