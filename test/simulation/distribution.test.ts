import { describe, expect, test } from 'vitest'
import { distribute, line, same } from './run.ts'
import { cases } from './scenarios.ts'

/** Eight mirrors like the origin. */
const eightMirrors = {
  bytes: 64e6,
  pieceLength: 256 * 1024,
  origin: line(50, 200, 20),
  mirrors: same(8, line(50, 200, 20)),
}

describe('from one origin to mirrors that start with nothing', () => {
  test.each(cases)(
    '$name',
    ({ scenario, most }) => {
      const { ratio, originShare } = distribute(scenario)
      expect(ratio).toBeLessThanOrEqual(most.ratio)
      expect(originShare).toBeLessThanOrEqual(most.originShare)
      expect(ratio).toBeGreaterThan(1) // else the network gives more than its lines
    },
    60_000,
  )
})

test('pieces that the origin hands out make the last mirror faster than a free choice does', () => {
  const handedOut = distribute(eightMirrors)
  const free = distribute({ ...eightMirrors, handsOut: false })
  expect(handedOut.ratio).toBeLessThan(free.ratio)
  expect(handedOut.originShare).toBeLessThan(free.originShare)
})

test('the same seed gives the same run', () => {
  const scenario = {
    bytes: 16e6,
    pieceLength: 256 * 1024,
    origin: line(50, 200, 20),
    mirrors: same(4, line(50, 200, 20)),
  }
  expect(distribute(scenario).done).toEqual(distribute(scenario).done)
  expect(distribute(scenario).done).not.toEqual(distribute({ ...scenario, seed: 2 }).done)
})

test('mirrors that die half-way cost the others little, and come back to a full copy', () => {
  const calm = distribute(eightMirrors)
  const churn = distribute({ ...eightMirrors, deaths: [0, 1].map(mirror => ({ mirror, at: 5, back: 7 })) })
  expect(churn.done).toHaveLength(8)
  const others = churn.done.slice(2).at(-1) ?? Number.POSITIVE_INFINITY
  expect(others).toBeLessThan(1.1 * (calm.done.at(-1) ?? 0))
  expect(Math.max(...churn.done)).toBeLessThan(3 * calm.ideal)
})

test('a site of many mirrors pulls about one copy over its line', () => {
  const scenario = {
    bytes: 64e6,
    pieceLength: 256 * 1024,
    origin: line(50, 200, 20),
    mirrors: [...same(6, line(1000, 1000, 1)), ...same(4, line(50, 200, 20))],
  }
  const site = { mirrors: 6, down: 12.5e6 }
  const known = distribute({ ...scenario, site: { ...site, isConfigured: true } })
  const unknown = distribute({ ...scenario, site: { ...site, isConfigured: false } })
  expect(known.siteShare).toBeLessThan(1.4)
  expect(unknown.siteShare).toBeGreaterThan(2 * known.siteShare)
  expect(known.ratio).toBeLessThan(1.2)
})
