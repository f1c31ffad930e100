import { expect, test } from 'vitest'
import { ByteBudget } from '../limits/byte-budget.ts'
import { type BlockRequest, UploadQueue } from './upload-queue.ts'

const block = (piece: number): BlockRequest => ({ piece, offset: 0, length: 16_384 })

function queueOf({ budget = new ByteBudget(0, { now: () => 0 }) } = {}) {
  const [sent, refused, reads]: [
    number[],
    number[],
    { piece: number; done: (bytes: Uint8Array) => void; fail: (error: Error) => void }[],
  ] = [[], [], []]
  const outlet = {
    isFree: true,
    isChoking: false,
    read: ({ piece }: BlockRequest) =>
      new Promise<Uint8Array>((done, fail) => {
        reads.push({ piece, done, fail })
      }),
    send: ({ piece }: BlockRequest) => void sent.push(piece),
    refuse: ({ piece }: BlockRequest) => void refused.push(piece),
    served() {},
  }
  return { queue: new UploadQueue(outlet, budget), outlet, sent, refused, reads }
}
const pieces = (reads: readonly { piece: number }[]) => reads.map(({ piece }) => piece)

test('reads in order while the socket takes more, and sends what was read', async () => {
  const { queue, outlet, sent, reads } = queueOf()
  queue.add(block(1))
  outlet.isFree = false
  for (const piece of [2, 3]) queue.add(block(piece))
  expect(pieces(reads)).toEqual([1])
  outlet.isFree = true
  queue.pump()
  for (const { done } of reads) done(new Uint8Array(1))
  await expect.poll(() => sent).toEqual([1, 2, 3])
})

test('does not read more ahead than is allowed for one peer', () => {
  const { queue, reads } = queueOf()
  for (let piece = 0; piece < 50; piece += 1) queue.add(block(piece))
  expect(reads).toHaveLength(16)
  expect(queue.length).toBe(34)
})

test('what is taken back is not read, or not sent', async () => {
  const { queue, outlet, sent, reads } = queueOf()
  queue.add(block(0))
  outlet.isFree = false
  for (const piece of [1, 2]) queue.add(block(piece))
  for (const piece of [0, 1]) queue.cancel(block(piece))
  outlet.isFree = true
  queue.pump()
  for (const { done } of reads) done(new Uint8Array(1))
  await expect.poll(() => sent).toEqual([2])
  expect(pieces(reads)).toEqual([0, 2])
})

test('what cannot be read is refused, and so is what waits when the peer is choked', async () => {
  const { queue, outlet, refused, reads } = queueOf()
  queue.add(block(1))
  reads[0]?.fail(new Error('EIO'))
  outlet.isChoking = true
  queue.add(block(2))
  await expect.poll(() => refused.toSorted()).toEqual([1, 2])
})

test('waits for the budget', async () => {
  let now = 0
  const { queue, reads } = queueOf({ budget: new ByteBudget(100_000, { now: () => now }) })
  for (const piece of [1, 2, 3, 4]) queue.add(block(piece))
  expect(pieces(reads)).toEqual([])
  now = 50
  await expect.poll(() => pieces(reads)).toEqual([1])
  now = 1000
  await expect.poll(() => pieces(reads)).toEqual([1, 2])
})
