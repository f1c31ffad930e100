import { parseConfiguration } from '@repocast/daemon'
import { silentLogger } from '@repocast/errors'
import type { GroupedRates } from '@repocast/swarm'
import { afterEach, expect, test, vi } from 'vitest'
import { AgentConfiguration } from '../configuration.ts'
import { limitPlan } from '../peer-options.ts'
import { LimitKeeper } from './limit-keeper.ts'
import { limitStatus } from './limit-status.ts'

const link = (name: string) => `repocast+http://origin.example.org:8080/feed/#1:${name}:${'0123456789abcdef'.repeat(4)}`
const planOf = (text: string) => limitPlan(parseConfiguration(AgentConfiguration, text, 'agent.yaml'))

const scheduled = planOf(`
upload-limit: 80Mbit/s
limit-schedule:
  - {days: mon-fri, hours: 08:00-18:00, upload-limit: 8Mbit/s, download-limit: 16Mbit/s}
  - {days: "sat, sun", upload-limit: unlimited}
time-zone: Europe/Berlin
repositories:
  - {link: "${link('debian')}", path: /srv/debian, download-limit: 1MB/s}
  - link: "${link('fedora')}"
    path: /srv/fedora
    limit-schedule: [{hours: 22:00-06:00, upload-limit: 2MB/s}]
  - {link: "${link('plain')}", path: /srv/plain}
`)

const friday = (time: string) => new Date(`2026-11-20T${time}Z`)

afterEach(() => void vi.useRealTimers())

test('a schedule takes the place of the usual limits, one by one, while it is open', () => {
  expect(scheduled.at(friday('12:00')).total).toEqual({
    uploadRate: 1_000_000,
    downloadRate: 2_000_000,
    until: friday('17:00'),
  })
  const evening = { uploadRate: 10_000_000, downloadRate: 0, until: friday('23:00') }
  expect(scheduled.at(friday('17:00')).total).toEqual(evening)
  const monday = new Date('2026-11-22T23:00Z')
  expect(scheduled.at(friday('23:00')).total).toEqual({ uploadRate: 0, downloadRate: 0, until: monday })
})

test('repositories have limits of their own', () => {
  const { repositories } = scheduled.at(friday('22:00'))
  expect([...repositories]).toEqual([
    ['debian', { uploadRate: 0, downloadRate: 1_000_000, until: undefined }],
    ['fedora', { uploadRate: 2_000_000, downloadRate: 0, until: new Date('2026-11-21T05:00Z') }],
  ])
})

test.each([
  ['time-zone: Mars/Olympus', 'no time zone'],
  ['limit-schedule: [{days: mon-fri, upload-limit: 1bit/s}]', 'at least 1kB/s'],
])('%s is told', (text, message) => {
  expect(() => planOf(text)).toThrow(message)
})

test.each(['limit-schedule: [{days: weekend}]', 'limit-schedule: [{hours: 8-18}]', 'limit-schedule: [{rate: 1MB/s}]'])(
  '%s breaks the schema',
  text => {
    expect(() => planOf(text)).toThrow('agent.yaml:1')
  },
)

test('limits are made to hold when their time comes, without a restart, and told with their end', () => {
  vi.useFakeTimers()
  vi.setSystemTime(friday('16:59:50'))
  const applied: GroupedRates[] = []
  const options = { clock: () => new Date(), logger: silentLogger, apply: (rates: GroupedRates) => applied.push(rates) }
  const keeper = new LimitKeeper({ ...options, plan: scheduled })
  expect(applied.at(-1)).toMatchObject({ uploadRate: 1_000_000, downloadRate: 2_000_000 })
  expect(limitStatus(keeper)).toMatchObject({ uploadRate: 1_000_000, until: '2026-11-20T17:00:00.000Z' })
  vi.advanceTimersByTime(10_000)
  expect(applied.at(-1)).toMatchObject({ uploadRate: 10_000_000, downloadRate: 0 })
  expect(limitStatus(keeper)).toMatchObject({
    downloadRate: null,
    repositories: [
      { name: 'debian', uploadRate: null, downloadRate: 1_000_000, until: null },
      { name: 'fedora', uploadRate: null, until: '2026-11-20T21:00:00.000Z' },
    ],
  })
  vi.advanceTimersByTime(4 * 3_600_000)
  expect(applied.at(-1)?.groups?.get('fedora')).toMatchObject({ uploadRate: 2_000_000 })
  keeper.follow(planOf('download-limit: 5MB/s'))
  expect(applied.at(-1)).toMatchObject({ uploadRate: 0, downloadRate: 5_000_000 })
  expect(applied.at(-1)?.groups?.size).toBe(0)
  keeper.stop()
})

test('a clock that is set to another time is noticed', () => {
  vi.useFakeTimers()
  let now = friday('12:00')
  const applied: GroupedRates[] = []
  const apply = (rates: GroupedRates) => applied.push(rates)
  const keeper = new LimitKeeper({ plan: scheduled, clock: () => now, logger: silentLogger, apply })
  now = friday('20:00')
  vi.advanceTimersByTime(30_000)
  expect(applied.at(-1)).toMatchObject({ uploadRate: 10_000_000 })
  keeper.stop()
})
