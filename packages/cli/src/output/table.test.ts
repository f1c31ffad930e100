import { expect, test } from 'vitest'
import { alignColumns } from './table.ts'

test('cells stand below each other, numbers on the right, and nothing behind the last', () => {
  const columns = [{ title: 'name' }, { title: 'files', isNumber: true }, { title: 'note' }]
  expect(
    alignColumns(columns, [
      ['a', '1,234', 'x'],
      ['bcdef', '5', ''],
    ]),
  ).toEqual(['name   files  note', 'a      1,234  x', 'bcdef      5'])
})

test('without titles there is no line for them', () => {
  expect(alignColumns([{}, {}], [['a', 'b']])).toEqual(['a  b'])
  expect(alignColumns([{}], [])).toEqual([])
})
