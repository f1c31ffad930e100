import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NotificationEvent, notificationTypes } from '@repocast/api'
import { RepocastError } from '@repocast/errors'
import { parseRepositoryName, type SnapshotRecord } from '@repocast/objects'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CheckFailed } from '../check/check-failed.ts'
import type { Condition } from './conditions.ts'
import type { Subscription } from './configuration.ts'
import { Outbox } from './outbox.ts'
import { tellConditions, tellFailure, tellPublished, tellSuccess } from './tell.ts'

let directory = ''
let outbox: Outbox
const clock = { now: Date.parse('2026-01-01T00:00:00Z') }
const all: Subscription = { key: 'all', events: new Set(notificationTypes), repositories: undefined }
const open = (subscriptions: readonly Subscription[] = [all]) =>
  new Outbox({
    ...{ path: join(directory, 'notifications.sqlite'), origin: 'http://origin.example' },
    ...{ subscriptions, clock: () => new Date(clock.now) },
  })
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-outbox-'))
  outbox = open()
})
afterEach(() => {
  outbox.close()
  rmSync(directory, { recursive: true })
})

const event = (name: string): NotificationEvent => ({
  type: 'publish.failed',
  data: { repository: name, code: 'REPOCAST_X', message: name },
  text: name,
})

/** The sentences that wait for a webhook, which takes them all. */
function taken(key = 'all'): string[] {
  const texts: string[] = []
  for (let next = outbox.next(key); next && next.next <= clock.now; next = outbox.next(key)) {
    texts.push((JSON.parse(next.body) as { text: string }).text)
    outbox.accepted(key, next)
  }
  return texts
}

test('events wait in their order, and over a restart', () => {
  for (const name of ['one', 'two']) outbox.add(event(name))
  outbox.close()
  outbox = open()
  expect(outbox.totals('all')).toMatchObject({ waiting: 2, oldest: clock.now, accepted: 0 })
  expect(taken()).toEqual(['one', 'two'])
  expect(outbox.totals('all')).toEqual({ waiting: 0, oldest: null, why: null, accepted: 2, failed: 0, lost: 0 })
})

test('webhooks are told what they asked for', () => {
  outbox.close()
  outbox = open([
    all,
    { key: 'debian', events: all.events, repositories: new Set(['debian']) },
    { key: 'gone', events: new Set(['mirror.gone']), repositories: new Set(['debian']) },
  ])
  outbox.add(event('debian'))
  outbox.add(event('fedora'))
  const data = { mirror: { id: 'm', name: 'm' }, lastReport: '' }
  outbox.add({ type: 'mirror.gone', data, text: 'm is gone' })
  expect(['all', 'debian', 'gone'].map(taken)).toEqual([
    ['debian', 'fedora', 'm is gone'],
    ['debian', 'm is gone'],
    ['m is gone'],
  ])
  outbox.add(event('fedora'))
  outbox.close()
  outbox = open([])
  outbox.forgetOthers()
  expect(outbox.totals('all')).toMatchObject({ waiting: 0, accepted: 0 })
})

test('behind a webhook that is not well all waits; a message that is refused keeps nobody up', () => {
  for (const name of ['one', 'two', 'three']) outbox.add(event(name))
  const first = outbox.next('all')
  if (!first) throw new Error('nothing waits')
  outbox.failed('all', first, { next: new Date(clock.now + 1000), holds: true, why: 'status 503' })
  expect(outbox.next('all')).toMatchObject({ message: first.message, next: clock.now + 1000 })
  clock.now += 1000
  expect(outbox.next('all')).toMatchObject({ message: first.message, failures: 1 })
  outbox.failed('all', first, { next: new Date(clock.now + 1000), holds: false, why: 'status 400' })
  expect(outbox.totals('all')).toMatchObject({ waiting: 3, failed: 2, why: 'status 400' })
  expect(taken()).toEqual(['two', 'three'])
  clock.now += 1000
  outbox.givenUp('all', first)
  expect(outbox.totals('all')).toMatchObject({ waiting: 0, accepted: 2, failed: 3, lost: 1 })
})

test('a thousand of each type wait at most; then the oldest are lost', () => {
  outbox.atOnce(() => {
    for (let k = 0; k < 1003; k += 1) outbox.add(event(String(k)))
  })
  outbox.add({ type: 'test', data: {}, text: 'test' })
  expect(outbox.totals('all')).toMatchObject({ waiting: 1001, lost: 3 })
  expect(taken()[0]).toBe('3')
})

describe('what has begun is told once', () => {
  const condition = (key: string, holds: boolean | undefined): Condition => ({
    ...{ key, holds },
    begins: event(`${key} begins`),
    ends: event(`${key} ends`),
  })

  test('and its end', () => {
    for (const holds of [false, undefined, true, true, undefined, true]) tellConditions(outbox, [condition('a', holds)])
    expect(taken()).toEqual(['a begins'])
    outbox.close()
    outbox = open()
    for (const holds of [true, undefined, false, false]) tellConditions(outbox, [condition('a', holds)])
    expect(taken()).toEqual(['a ends'])
  })

  test('but of what is not there any more nothing is told', () => {
    tellConditions(outbox, [condition('a', true)])
    tellFailure(outbox, parseRepositoryName('debian'), new RepocastError('REPOCAST_DISK_FULL', { message: 'full' }))
    tellConditions(outbox, [])
    expect(taken()).toHaveLength(2)
    expect(outbox.episodes()).toEqual(new Set(['publish debian']))
  })
})

test('a publish that fails again for the same is not told again', () => {
  const repository = parseRepositoryName('debian')
  const failing = (code: 'REPOCAST_DISK_FULL' | 'REPOCAST_TREE_UNSTABLE') =>
    tellFailure(outbox, repository, new RepocastError(code, { message: code }))
  const rule = { code: 'DEB_NO_RELEASE' } as never
  const group = { code: 'DEB_NO_RELEASE', severity: 'error', rule, count: 1, examples: [] } as const
  for (const code of ['REPOCAST_DISK_FULL', 'REPOCAST_DISK_FULL', 'REPOCAST_TREE_UNSTABLE'] as const) failing(code)
  for (let k = 0; k < 2; k += 1) tellFailure(outbox, repository, new CheckFailed('/srv/debian', [group], [group]))
  tellSuccess(outbox, repository)
  failing('REPOCAST_TREE_UNSTABLE')
  expect(taken()).toEqual([
    'debian is not published: REPOCAST_DISK_FULL',
    'debian is not published: REPOCAST_TREE_UNSTABLE',
    'debian is not published: the check of /srv/debian found an error: DEB_NO_RELEASE',
    'debian is not published: REPOCAST_TREE_UNSTABLE',
  ])
})

test('each snapshot is told once, also what was published while nobody looked', () => {
  const serials = new Map([['old', [3, 4]]])
  const record = (repository: string, serial: number) =>
    ({
      repository,
      serial,
      kind: 'plain',
      created: '',
      bytes: 1,
      counts: { files: 1 },
      packs: [],
    }) as never as SnapshotRecord
  const snapshots = {
    repositories: () => [...serials.keys()].map(parseRepositoryName),
    newest: (name: string) => record(name, serials.get(name)?.at(-1) ?? 0),
    get: (name: string, serial: number) => (serials.get(name)?.includes(serial) ? record(name, serial) : undefined),
  }
  const tell = () => tellPublished(outbox, snapshots)
  tell()
  expect(taken()).toEqual([])
  serials.set('old', [4, 6, 7])
  serials.set('new', [1])
  tell()
  tell()
  expect(taken()).toEqual(['old 6 is published', 'old 7 is published', 'new 1 is published'])
})
