import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PublishedEvents } from './events.ts'

const event = fc.record({ repository: fc.stringMatching(/^[a-z]{1,9}$/), serial: fc.integer({ min: 1, max: 10_000 }) })

test('events come out as they were sent, however the stream is cut into chunks', () => {
  fc.assert(
    fc.property(fc.array(event), fc.array(fc.nat(40)), (events, cuts) => {
      const text = events.map(one => `:\n\nevent: published\ndata: ${JSON.stringify(one)}\n\n`).join('')
      const reader = new PublishedEvents()
      const seen = []
      let at = 0
      for (const cut of [...cuts, text.length]) {
        seen.push(...reader.take(text.slice(at, at + cut)))
        at += cut
      }
      expect(seen).toEqual(events)
    }),
  )
})

test('garbage, foreign events and lines without end are passed over', () => {
  const reader = new PublishedEvents()
  expect(reader.take('event: other\ndata: {}\n\nevent: published\ndata: {"repository":1}\n\n')).toEqual([])
  expect(reader.take(`event: published\ndata: {${'x'.repeat(1_000_000)}`)).toEqual([])
  expect(reader.take('\n\nevent: published\ndata: {"repository":"a","serial":2}\n\n')).toEqual([
    { repository: 'a', serial: 2 },
  ])
})
