import type { Behind, OverviewMirror } from '@repocast/api'
import { expect, test } from 'vitest'
import { matrixRows } from './matrix-rows.ts'

const lag = (seconds: number, state: Behind['state'] = 'fetching'): Behind => ({
  repository: 0,
  serial: 1,
  lagSerials: 1,
  lagSeconds: seconds,
  state,
  progress: 0,
})
const mirror = (name: string, cells: string, behind: Behind[] = [], isSilent = false): OverviewMirror => ({
  id: name,
  name,
  lastReport: '2026-11-21T08:00:00Z',
  isSilent,
  cells,
  behind,
})
const mirrors = [
  mirror('m10', '='),
  mirror('m9', '='),
  mirror('quiet', '=', [], true),
  mirror('slow', '<', [lag(60)]),
  mirror('slower', '<', [lag(5), lag(600)]),
  mirror('broken', '!', [lag(1, 'failed')]),
]
const names = (...args: Parameters<typeof matrixRows>) => matrixRows(...args).map(one => one.name)

test('who is worst off comes first: failed, then the longest lag, then silent, then by name', () => {
  expect(names(mirrors, 'all', '')).toEqual(['broken', 'slower', 'slow', 'quiet', 'm9', 'm10'])
})

test('those that are behind, silent, or have a name are found', () => {
  expect(names(mirrors, 'behind', '')).toEqual(['broken', 'slower', 'slow'])
  expect(names(mirrors, 'silent', '')).toEqual(['quiet'])
  expect(names(mirrors, 'all', ' SLOW')).toEqual(['slower', 'slow'])
})
