import { expect, test } from 'vitest'
import { checkSyncSettings } from './sync-settings.ts'

test('settings of a sync are those of agent.yaml, and are checked as there', () => {
  const given = { architectures: ['amd64'], sources: false, newest: 2, 'upload-limit': '5Mbit/s', site: 'here' }
  expect(checkSyncSettings(given)).toEqual({ ...given, peers: [] })
  for (const [wrong, told] of [
    [{ architectures: ['amd 64'] }, 'agent sync: `architectures.0` cannot be'],
    [{ include: ['a/../b'] }, 'agent sync: `include.0` cannot be'],
    [{ newest: Number.NaN }, 'agent sync: `newest` must'],
    [{ 'download-limit': '5' }, 'agent sync: `download-limit` cannot be'],
    [{ 'bind-address': 'eth0' }, 'agent sync: `bind-address` cannot be'],
    [{ peers: ['here'] }, 'agent sync: `peers.0` cannot be'],
    [{ component: ['main'] }, 'agent sync: there is no key `component`'],
  ] as const)
    expect(() => checkSyncSettings(wrong)).toThrow(told)
})
