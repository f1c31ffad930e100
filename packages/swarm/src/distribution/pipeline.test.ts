import { expect, test } from 'vitest'
import { blockLength } from '../picker/block.ts'
import { Pipeline } from './pipeline.ts'

/** Depth after `seconds` on a line of this rate and round trip, simulated in steps of a quarter second. */
function depthOn(line: { bytesPerSecond: number; roundTripSeconds: number; most: number; seconds: number }): number {
  const pipeline = new Pipeline(line.most)
  for (let step = 0; step < line.seconds * 4; step += 1) {
    const wanted = (pipeline.depth * blockLength) / line.roundTripSeconds
    const rate = Math.min(line.bytesPerSecond, wanted)
    const queueSeconds = Math.max(line.roundTripSeconds, (pipeline.depth * blockLength) / line.bytesPerSecond)
    const blocks = Math.floor(rate / 4 / blockLength)
    for (let block = 0; block < blocks; block += 1) pipeline.delivered(queueSeconds)
    pipeline.adapt(rate)
  }
  return pipeline.depth
}

test.each([
  { bytesPerSecond: 1e6, roundTripSeconds: 0.02 },
  { bytesPerSecond: 1e7, roundTripSeconds: 0.1 },
  { bytesPerSecond: 5e7, roundTripSeconds: 0.2 },
  { bytesPerSecond: 1e8, roundTripSeconds: 0.001 },
])('keeps a line of %o full', line => {
  const depth = depthOn({ ...line, most: 10_000, seconds: 10 })
  expect(depth * blockLength).toBeGreaterThan(line.bytesPerSecond * line.roundTripSeconds)
})

test('asks a slow peer for little ahead', () => {
  expect(depthOn({ bytesPerSecond: 1e6, roundTripSeconds: 0.02, most: 10_000, seconds: 10 })).toBeLessThan(64)
})

test('never asks for more than the peer accepts', () => {
  expect(depthOn({ bytesPerSecond: 1e9, roundTripSeconds: 0.2, most: 250, seconds: 5 })).toBe(250)
})

test('a peer that stalls is still asked for something', () => {
  const pipeline = new Pipeline(250)
  pipeline.delivered(0.1)
  for (let step = 0; step < 10; step += 1) pipeline.adapt(0)
  expect(pipeline.depth).toBeGreaterThan(0)
})
