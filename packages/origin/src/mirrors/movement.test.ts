import { expect, test } from 'vitest'
import { movementBetween } from './movement.ts'

const status = { started: 'today', uploadedBytes: 10, fromMirrorsBytes: 100, fromOriginBytes: 30, fromWebSeedBytes: 5 }

test('what the first report of a mirror counts is what it moved', () => {
  expect(movementBetween(undefined, status)).toEqual({ given: 10, taken: 135, fromOrigin: 35 })
})

test('between two reports only what was added counts', () => {
  const later = { ...status, uploadedBytes: 12, fromMirrorsBytes: 150, fromWebSeedBytes: 6 }
  expect(movementBetween(status, later)).toEqual({ given: 2, taken: 51, fromOrigin: 1 })
  expect(movementBetween(later, later)).toEqual({ given: 0, taken: 0, fromOrigin: 0 })
})

test('an agent that has started again counts from zero', () => {
  expect(movementBetween({ ...status, uploadedBytes: 5 }, { ...status, started: 'now' })).toEqual({
    given: 10,
    taken: 135,
    fromOrigin: 35,
  })
})
