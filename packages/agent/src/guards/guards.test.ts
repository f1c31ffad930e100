import type { Selection } from '@repocast/store'
import { expect, test } from 'vitest'
import { assertTakesSomething } from './empty-selection.ts'
import { FreeSpaceGuard, reserveOf } from './free-space.ts'
import { isWipe } from './wipe-guard.ts'

const space = { freeBytes: 1000, totalBytes: 10_000 }

test('a download must fit beside the reserve, and the message tells need, free bytes and reserve', () => {
  const guard = new FreeSpaceGuard('/data', { share: 0.05 }, () => space)
  guard.assertRoom(500)
  expect(() => guard.assertRoom(501)).toThrow(
    expect.objectContaining({
      code: 'REPOCAST_DISK_NO_ROOM',
      message: 'need 501 B in /data, 1000 B are free, of which 500 B stay free',
    }),
  )
  new FreeSpaceGuard('/data', { bytes: 0 }, () => undefined).assertRoom(1e15)
})

test('where nothing is missing a disk that is full is no hindrance', () => {
  new FreeSpaceGuard('/data', { bytes: 1e9 }, () => ({ freeBytes: 0, totalBytes: 1 })).assertRoom(0)
})

test('a reserve is bytes, or a share of the whole disk', () => {
  expect(reserveOf({ bytes: 7 }, space)).toBe(7)
  expect(reserveOf({ share: 0.02 }, space)).toBe(200)
})

test.each([
  [50, 100, 0.5, false],
  [51, 100, 0.5, true],
  [20, 21, 0.5, false],
  [100, 100, 1, false],
  [1000, 1_000_000, 0.0005, true],
])('%i of %i files against a guard of %d: %s', (removed, files, share, wipes) => {
  expect(isWipe(removed, files, share)).toBe(wipes)
})

test('a filter that takes nothing is refused', () => {
  const selection = (files: number, leftOut: number) =>
    ({ repository: 'a', serial: 1, counts: { files }, leftOut: { files: leftOut } }) as unknown as Selection
  expect(() => assertTakesSomething(selection(1, 7))).toThrow(
    expect.objectContaining({ code: 'REPOCAST_FILTER_TAKES_NOTHING', message: expect.stringContaining('all 7 files') }),
  )
  assertTakesSomething(selection(2, 7))
  assertTakesSomething(selection(1, 0))
  assertTakesSomething(undefined)
})
