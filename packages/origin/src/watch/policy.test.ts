import { expect, test } from 'vitest'
import { WatchPolicy } from './policy.ts'

const times = { stillFor: 30_000, every: 10_000 }

/** What became of a publish that was tried. */
type Outcome = 'published' | 'unstable' | 'refused' | 'failed'

/** A tree that changes at given seconds. */
interface Story {
  /** When the metadata changes: its roots, as `repomd.xml` is one. */
  readonly roots?: readonly number[]
  /** When anything else changes. */
  readonly others?: readonly number[]
  /** Without metadata. */
  readonly isPlain?: boolean
  /** What becomes of the publishes, one after the other; then all of them are published. */
  readonly outcomes?: readonly Outcome[]
  /** The tree is not there before this second. */
  readonly thereFrom?: number
  /** When somebody else publishes. */
  readonly elsewhere?: number
  readonly lookSeconds?: number
  readonly until?: number
}

/** Plays a story: at which seconds it is published, how often it is looked and glanced at, and what is seen at the end. */
function play({
  roots = [],
  others = [],
  isPlain = false,
  outcomes = [],
  thereFrom = 0,
  elsewhere = Number.POSITIVE_INFINITY,
  lookSeconds = 0.01,
  until = 600,
}: Story) {
  const policy = new WatchPolicy(times)
  const results = [...outcomes]
  const publishes: number[] = []
  const counts = { looks: 0, glances: 0 }
  let now = 0
  const at = (changes: readonly number[]): string => String(changes.filter(second => second * 1000 <= now).length)
  let glanced = ''
  for (;;) {
    const next = policy.next()
    const before = now
    now = Math.max(now, next.at)
    if (before <= elsewhere * 1000 && now > elsewhere * 1000) policy.publishedElsewhere()
    if (now > until * 1000) {
      const { state, unpublishedSince } = policy
      return { publishes, ...counts, state, unpublishedSince: unpublishedSince && Math.round(unpublishedSince / 1000) }
    }
    if (next.step === 'glance') {
      counts.glances += 1
      policy.glanced(at(roots) !== glanced, now)
    } else if (next.step === 'look' && now < thereFrom * 1000) policy.lookFailed(now)
    else if (next.step === 'look') {
      counts.looks += 1
      const all = `${at(roots)} ${at(others)}`
      glanced = at(roots)
      now += lookSeconds * 1000
      policy.looked({ all, trigger: isPlain ? all : glanced, milliseconds: lookSeconds * 1000 }, now)
    } else {
      publishes.push(Math.round(now / 1000))
      const outcome = results.shift() ?? 'published'
      if (outcome === 'published') policy.published()
      if (outcome === 'unstable') policy.unstable(now)
      if (outcome === 'refused') policy.refused()
      if (outcome === 'failed') policy.failed(now)
    }
  }
}

test('a tree is published once it was still since the start, and then only glanced at', () => {
  const { publishes, looks, glances, state } = play({})
  expect(publishes).toEqual([30])
  expect(state).toBe('current')
  expect(looks).toBeLessThan(12)
  expect(glances).toBeGreaterThan(40)
})

test('a change of the metadata is published when the tree was still for a while', () => {
  expect(play({ roots: [100] }).publishes).toEqual([30, 130])
})

test('while packages come and go, the tree is not published', () => {
  const others = Array.from({ length: 20 }, (_, k) => 105 + 10 * k)
  const [first, second, ...more] = play({ roots: [100], others }).publishes
  expect([first, more]).toEqual([30, []])
  expect(second).toBeGreaterThanOrEqual(295 + 30)
  expect(second).toBeLessThanOrEqual(295 + 60)
  expect(play({ roots: [100], others, until: 200 })).toMatchObject({ state: 'changing', unpublishedSince: 100 })
})

test('packages alone do not make a publish of a repository, but files do of a plain tree', () => {
  expect(play({ others: [100] }).publishes).toEqual([30])
  const [, second] = play({ others: [101], isPlain: true }).publishes
  expect(second).toBeGreaterThanOrEqual(131)
  expect(second).toBeLessThanOrEqual(145)
})

test('what was refused is tried again when anything in the tree changed, and not before', () => {
  expect(play({ roots: [100], outcomes: ['published', 'refused'] })).toMatchObject({
    publishes: [30, 130],
    state: 'refused',
    unpublishedSince: 100,
  })
  const [, , third, ...more] = play({ roots: [100], others: [300], outcomes: ['published', 'refused'] }).publishes
  expect(third).toBeGreaterThanOrEqual(330)
  expect(third).toBeLessThanOrEqual(345)
  expect(more).toEqual([])
})

test('what was refused is tried again when somebody else has published', () => {
  const [, second, ...more] = play({ outcomes: ['refused'], elsewhere: 200 }).publishes
  expect(second).toBeGreaterThanOrEqual(200)
  expect(second).toBeLessThanOrEqual(220)
  expect(more).toEqual([])
})

test('a tree that changed while it was published has to be still again', () => {
  expect(play({ outcomes: ['unstable', 'unstable'] })).toMatchObject({ publishes: [30, 60, 90], state: 'current' })
})

test('what failed for another reason is tried again later', () => {
  expect(play({ outcomes: ['failed'] }).publishes).toEqual([30, 330])
  expect(play({ outcomes: ['failed'], until: 300 }).state).toBe('failing')
})

test('a tree that is not there is waited for', () => {
  expect(play({ thereFrom: 200, until: 190 })).toMatchObject({ state: 'failing', unpublishedSince: 0, publishes: [] })
  const { publishes, state } = play({ thereFrom: 200 })
  expect(state).toBe('current')
  expect(publishes).toEqual([270])
})

test('looks at a large tree take little of the time', () => {
  const idle = play({ lookSeconds: 5, until: 10_000 })
  expect(idle.looks * 5).toBeLessThan(0.02 * 10_000)
  const refused = play({ lookSeconds: 5, until: 10_000, outcomes: ['refused'] })
  expect(refused.looks * 5).toBeLessThan(0.06 * 10_000)
})
