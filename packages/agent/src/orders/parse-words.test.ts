import { parseRepositoryName } from '@repocast/objects'
import { expect, test } from 'vitest'
import { defaultSerial } from './give-order.ts'
import { parseWords } from './parse-words.ts'

const names = (...texts: readonly string[]) => texts.map(parseRepositoryName)

test('the repository may be left out where there is one', () => {
  expect(parseWords([], names('debian'))).toEqual({ repository: 'debian', serial: undefined })
  expect(parseWords(['7'], names('debian'))).toEqual({ repository: 'debian', serial: 7 })
  expect(parseWords(['debian', '7'], names('debian', 'fedora'))).toEqual({ repository: 'debian', serial: 7 })
  expect(parseWords(['7'], names('7', 'fedora'))).toEqual({ repository: '7', serial: undefined })
})

test('a repository that has to be named is asked for', () => {
  const refusal = expect.objectContaining({
    code: 'REPOCAST_REPOSITORY_UNCLEAR',
    hint: expect.stringContaining('a, b'),
  })
  expect(() => parseWords([], names('a', 'b'))).toThrow(refusal)
})

test.each([
  [['7'], ['debian', 'fedora']],
  [['debina', '7'], ['debian']],
  [['debian', '7', '8'], ['debian']],
  [['debian', '0'], ['debian']],
  [['debian', '1e3'], ['debian']],
  [[], []],
])('%j is not clear where there are %j', (words, repositories) => {
  expect(() => parseWords(words, names(...repositories))).toThrow(
    expect.objectContaining({ code: 'REPOCAST_REPOSITORY_UNCLEAR' }),
  )
})

test('a rollback without a serial goes one back from what is served', () => {
  expect(defaultSerial('rollback', [3, 4, 5], undefined)).toBe(4)
  expect(defaultSerial('rollback', [3, 4, 5], 4)).toBe(3)
  expect(defaultSerial('rollback', [5], undefined)).toBeUndefined()
  expect(defaultSerial('hold', [3, 4, 5], undefined)).toBe(5)
  expect(defaultSerial('accept', [3, 4, 5], undefined)).toBeUndefined()
})
