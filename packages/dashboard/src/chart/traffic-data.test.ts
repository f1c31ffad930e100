import { expect, test } from 'vitest'
import { dataOf } from './traffic-data.ts'

const curve = (times: number[], bytes: number[]) => ({ name: 'a', color: '--accent', times, bytes }) as const

test('bytes become rates over common times, with gaps where nobody told', () => {
  const curves = [curve([0, 60, 300], [600, 0, 1200]), curve([60], [60])]
  expect(dataOf(curves, 60, 1000)).toEqual([
    [0, 60, 120, 300],
    [10, 0, null, 20],
    [null, 1, null, null],
  ])
})

test('the run that is not over is left out', () => {
  expect(dataOf([curve([0, 60], [60, 60])], 60, 119)).toEqual([[0], [1]])
})
