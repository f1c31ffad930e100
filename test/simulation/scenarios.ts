import { line, type Scenario, same } from './run.ts'

const [MB, KiB] = [1e6, 1024]

function even(mirrors: number, megabytes: number, more: { originUp?: number; roundTripMs?: number } = {}): Scenario {
  const { originUp = 50, roundTripMs = 20 } = more
  return {
    bytes: megabytes * MB,
    pieceLength: (megabytes > 16 ? 256 : 64) * KiB,
    origin: line(originUp, 200, roundTripMs),
    mirrors: same(mirrors, line(50, 200, roundTripMs)),
  }
}

/** What the policies are judged by: name, scenario, and the limits that a test holds them to. */
export interface Case {
  readonly name: string
  readonly scenario: Scenario
  /** Times the fluid bound for the last mirror, times the data for what the origin sends. */
  readonly most: { readonly ratio: number; readonly originShare: number }
}

/** Lines are 50 Mbit/s up, 200 down, 20 ms where nothing else is said. */
export const cases: readonly Case[] = [
  { name: '1 mirror', scenario: even(1, 256), most: { ratio: 1.05, originShare: 1.05 } },
  { name: '4 mirrors', scenario: even(4, 256), most: { ratio: 1.08, originShare: 1.08 } },
  { name: '8 mirrors', scenario: even(8, 256), most: { ratio: 1.08, originShare: 1.08 } },
  { name: '16 mirrors', scenario: even(16, 256), most: { ratio: 1.1, originShare: 1.08 } },
  {
    name: '8 mirrors, origin 20 Mbit/s',
    scenario: even(8, 256, { originUp: 20 }),
    most: { ratio: 1.07, originShare: 1.07 },
  },
  { name: '8 mirrors, 100 ms', scenario: even(8, 256, { roundTripMs: 100 }), most: { ratio: 1.1, originShare: 1.08 } },
  { name: '4 mirrors, update of 8 MB', scenario: even(4, 8), most: { ratio: 1.3, originShare: 1.1 } },
  { name: '8 mirrors, update of 8 MB', scenario: even(8, 8), most: { ratio: 1.4, originShare: 1.1 } },
  {
    name: '8 mirrors of 10 Mbit/s up, origin 200',
    scenario: { ...even(8, 64), origin: line(200, 1000, 20), mirrors: same(8, line(10, 200, 20)) },
    most: { ratio: 1.25, originShare: 6.5 },
  },
  {
    name: '4 mirrors of 10 Mbit/s up, 2 of 50, 2 of 200',
    scenario: {
      ...even(8, 128),
      mirrors: [...same(4, line(10, 100, 20)), ...same(2, line(50, 200, 20)), ...same(2, line(200, 200, 20))],
    },
    most: { ratio: 1.6, originShare: 1.3 },
  },
  {
    name: '8 mirrors, one of 20 Mbit/s down and 10 up',
    scenario: { ...even(8, 128), mirrors: [line(10, 20, 20), ...same(7, line(50, 200, 20))] },
    most: { ratio: 1.1, originShare: 1.15 },
  },
  {
    name: '10 Gbit/s, 0.2 ms, 8 mirrors',
    scenario: {
      ...even(8, 2000),
      pieceLength: 2 * MB,
      origin: line(10_000, 10_000, 0.2),
      mirrors: same(8, line(10_000, 10_000, 0.2)),
    },
    most: { ratio: 1.2, originShare: 1.15 },
  },
  {
    name: '10 Mbit/s, 200 ms, 8 mirrors',
    scenario: { ...even(8, 32), origin: line(10, 50, 200), mirrors: same(8, line(10, 50, 200)) },
    most: { ratio: 1.25, originShare: 1.2 },
  },
  {
    name: '100 mirrors, 30 acquaintances each, the origin 50',
    scenario: { ...even(100, 64), degree: 30, originDegree: 50 },
    most: { ratio: 1.55, originShare: 1.1 },
  },
  {
    name: '1,000 mirrors, 20 acquaintances each, the origin 50',
    scenario: { ...even(1000, 16), pieceLength: 256 * KiB, degree: 20, originDegree: 50 },
    most: { ratio: 4, originShare: 2.5 },
  },
]
