import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mapInOrder } from './in-order.ts'

test('results come in the order of the items, with no more than the width under way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), async (delays, width) => {
      let underWay = 0
      let most = 0
      const slow = async (delay: number, index: number) => {
        underWay += 1
        most = Math.max(most, underWay)
        for (let k = 0; k < delay; k += 1) await Promise.resolve()
        underWay -= 1
        return index
      }
      const items = delays.map((delay, index) => ({ delay, index }))
      const seen: number[] = []
      const results = mapInOrder(items, width, ({ delay, index }) => (delay === 0 ? index : slow(delay, index)))
      for await (const result of results) seen.push(result)
      expect(seen).toEqual(items.map(item => item.index))
      expect(most).toBeLessThanOrEqual(width)
    }),
  )
})

test('the first failure ends it, after everything under way has ended', async () => {
  let running = 0
  const map = async (item: number) => {
    running += 1
    await new Promise(resolve => setImmediate(resolve))
    running -= 1
    if (item === 2) throw new Error('item 2')
    return item
  }
  const seen: number[] = []
  const run = async () => {
    for await (const item of mapInOrder([1, 2, 3, 4], 3, map)) seen.push(item)
  }
  await expect(run()).rejects.toThrow('item 2')
  expect(seen).toEqual([1])
  expect(running).toBe(0)
})
