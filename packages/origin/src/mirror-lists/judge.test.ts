import { expect, test } from 'vitest'
import { type Answer, judge, type MirrorState } from './judge.ts'

const same: Answer = { kind: 'same' }
const before: Answer = { kind: 'before' }
const other: Answer = { kind: 'other', why: 'its content is another one' }
const dead: Answer = { kind: 'dead', why: 'it answers with status 500' }

test.each<[MirrorState, Answer[], Answer[]]>([
  ['fresh', [same, same], [same]],
  ['fresh', [], [same]],
  ['fresh', [], []],
  ['previous', [before, before], [same]],
  // in the middle of an update
  ['stale', [before, same], [same]],
  ['stale', [same, other], [same]],
  ['wrong', [same, same], [other]],
  ['dead', [dead], []],
  ['dead', [same, same], [dead]],
])('%s: markers %j, samples %j', (state, markers, samples) => {
  const asked = [
    ...markers.map((answer, k) => ({ path: `marker-${k}`, isMarker: true, answer })),
    ...samples.map((answer, k) => ({ path: `sample-${k}`, isMarker: false, answer })),
  ]
  const judgement = judge(asked)
  expect(judgement.state).toBe(state)
  expect(judgement.why === '').toBe(state === 'fresh')
})
