import { objectIdOf, type Segment, type TreeEntry } from '@repocast/objects'
import { describe, expect, test } from 'vitest'
import { childrenThatDiffer } from './fetch-snapshot.ts'

const id = (text: string) => objectIdOf(Buffer.from(text))
const directory = (name: string, content: string): TreeEntry => ({
  type: 'd',
  name,
  mode: 0o755,
  mtime: 1,
  size: 1,
  id: id(content),
})
const file: TreeEntry = { type: 'f', name: 'f', mode: 0o644, mtime: 1, size: 1, id: id('file') }
const segment = (content: string): Segment => ({ type: 's', size: 1, id: id(content) })

describe('only trees that are new at their place are wanted', () => {
  test('directories, with what stood there before', () => {
    const before = { entries: [directory('changed', 'old'), directory('same', 'x')] }
    const after = { entries: [directory('changed', 'new'), file, directory('new', 'n'), directory('same', 'x')] }
    expect(childrenThatDiffer(before, after)).toEqual([
      { before: id('old'), after: id('new') },
      { before: undefined, after: id('n') },
    ])
  })

  test('segments of a long directory', () => {
    const after = { segments: [segment('1'), segment('2')] }
    expect(childrenThatDiffer({ segments: [segment('1'), segment('3')] }, after)).toEqual([
      { before: undefined, after: id('2') },
    ])
    expect(childrenThatDiffer({ entries: [file] }, after)).toHaveLength(2)
  })

  test('everything, when nothing stood there before', () => {
    expect(childrenThatDiffer(undefined, { entries: [directory('a', 'a'), file] })).toEqual([
      { before: undefined, after: id('a') },
    ])
  })
})
