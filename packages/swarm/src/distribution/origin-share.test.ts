import { expect, test } from 'vitest'
import { shouldOriginHelp } from './origin-share.ts'

const tenSeconds = { waitingAtMirrorsBytes: 10e6, mirrorRate: 1e6 }

test('the origin helps where mirrors would take long', () => {
  expect(shouldOriginHelp({ ...tenSeconds, slowForSeconds: 5 })).toBe(true)
})
test('not where mirrors will be done soon', () => {
  expect(shouldOriginHelp({ waitingAtMirrorsBytes: 2e6, mirrorRate: 1e6, slowForSeconds: 5 })).toBe(false)
})
test('not for a moment of slowness', () => {
  expect(shouldOriginHelp({ ...tenSeconds, slowForSeconds: 0.5 })).toBe(false)
})
test('not when nothing waits at mirrors', () => {
  expect(shouldOriginHelp({ waitingAtMirrorsBytes: 0, mirrorRate: 0, slowForSeconds: 99 })).toBe(false)
})
