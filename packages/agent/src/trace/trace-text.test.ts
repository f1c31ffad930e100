import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { traceText } from './trace-text.ts'

const content = {
  date: new Date('2026-11-01T08:05:09.500Z'),
  started: new Date('2026-11-01T08:00:00Z'),
  program: '1.2.3',
  host: 'mirror.example.org',
  upstream: 'origin.example.org',
  serial: 42,
  architectures: ['amd64', 'source'],
  archiveSerial: '2026110101',
  fields: { Maintainer: 'Admins <admin@example.org>' },
}

test('a trace file has the lines that checkers of mirrors look for', () => {
  expect(traceText(content)).toBe(`Sun Nov  1 08:05:09 UTC 2026
Date: Sun, 01 Nov 2026 08:05:09 +0000
Date-Started: Sun, 01 Nov 2026 08:00:00 +0000
Archive serial: 2026110101
Used repocast version: 1.2.3
Creator: repocast 1.2.3
Running on host: mirror.example.org
Maintainer: Admins <admin@example.org>
Architectures: amd64 source
Upstream-mirror: origin.example.org
Snapshot serial: 42
Revision: i18n InRelease
`)
})

test('what is not known is left out', () => {
  const text = traceText({ ...content, architectures: [], archiveSerial: undefined, fields: {} })
  expect(text).not.toMatch(/undefined|Architectures|Archive serial|Maintainer/)
})

test('dates are those that date(1) prints', () => {
  const env = { ...process.env, LC_ALL: 'C' }
  const inSeconds = fc.integer({ min: 0, max: 4_000_000_000 })
  fc.assert(
    fc.property(inSeconds, seconds => {
      const printed = execFileSync(
        'date',
        ['-u', '-d', `@${seconds}`, '+%a %b %e %H:%M:%S UTC %Y%nDate: %a, %d %b %Y %T %z'],
        { env },
      )
      const text = traceText({ ...content, date: new Date(seconds * 1000) })
      expect(text.startsWith(printed.toString())).toBe(true)
    }),
    { numRuns: 20 },
  )
})
