import { expect, test } from 'vitest'
import { linkTarget } from './link-target.ts'

test.each([
  ['x/y', 'x/y'],
  ['../x', '../x'],
  ['/srv/tree/dists/a/f', 'f'],
  ['/srv/tree/pool//f', '../../pool/f'],
  ['/real/dists/b', '../b'],
  ['/srv/tree', '../..'],
  ['/srv/tree/dists/a', '.'],
  ['/srv/tree2/x', '/srv/tree2/x'],
  ['/srv/tree/../x', '/srv/tree/../x'],
  ['/etc/passwd', '/etc/passwd'],
])('%s in dists/a is %s', (target, expected) => {
  expect(linkTarget(target, 'dists/a', ['/srv/tree', '/real'])).toBe(expected)
})
