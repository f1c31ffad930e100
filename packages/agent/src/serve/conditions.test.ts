import { expect, test } from 'vitest'
import { judgeConditions, mayAnswerRange } from './conditions.ts'

const mtime = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT') / 1000
const file = { etag: '"abc"', mtime }
const same = 'Wed, 21 Oct 2026 07:28:00 GMT'
const earlier = 'Wed, 21 Oct 2026 07:27:59 GMT'
const later = 'Wed, 21 Oct 2026 07:28:01 GMT'

test.each([
  [{}, 'go on'],
  [{ 'if-none-match': '"abc"' }, 'not modified'],
  [{ 'if-none-match': '"x", W/"abc"' }, 'not modified'],
  [{ 'if-none-match': '*' }, 'not modified'],
  [{ 'if-none-match': '"abcd"' }, 'go on'],
  [{ 'if-none-match': 'abc' }, 'go on'],
  [{ 'if-none-match': '"x"', 'if-modified-since': same }, 'go on'],
  [{ 'if-modified-since': same }, 'not modified'],
  [{ 'if-modified-since': later }, 'go on'],
  [{ 'if-modified-since': earlier }, 'go on'],
  [{ 'if-modified-since': 'yesterday' }, 'go on'],
  [{ 'if-match': '"abc"' }, 'go on'],
  [{ 'if-match': 'W/"abc"' }, 'failed'],
  [{ 'if-match': '"x"', 'if-none-match': '"abc"' }, 'failed'],
  [{ 'if-match': '*', 'if-unmodified-since': earlier }, 'go on'],
  [{ 'if-unmodified-since': earlier }, 'failed'],
  [{ 'if-unmodified-since': same }, 'go on'],
])('%j: %s', (headers, expected) => expect(judgeConditions(headers, file)).toBe(expected))

test.each([
  [undefined, true],
  ['"abc"', true],
  ['"x"', false],
  ['W/"abc"', false],
  [same, true],
  [later, false],
  ['soon', false],
])('a range with If-Range: %s is answered: %s', (header, expected) => {
  expect(mayAnswerRange({ 'if-range': header }, file)).toBe(expected)
})
