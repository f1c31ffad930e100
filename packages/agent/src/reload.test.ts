import { parseConfiguration } from '@repocast/daemon'
import { expect, test } from 'vitest'
import { AgentConfiguration } from './configuration.ts'
import { changedKeys } from './reload.ts'

const parse = (text: string) => parseConfiguration(AgentConfiguration, text, 'agent.yaml')

test('what changed is told by key, and whether it needs a restart', () => {
  const before = parse('peer-port: 1\npoll-interval: 60s\nupload-limit: 1MB/s')
  expect(changedKeys(before, before)).toEqual({ live: [], atStart: [] })
  const after = parse('peer-port: 2\npoll-interval: 10s\nscrub: {every: 9d}\nsite: here')
  const { live, atStart } = changedKeys(before, after)
  expect([...live].sort()).toEqual(['poll-interval', 'scrub', 'upload-limit'])
  expect([...atStart].sort()).toEqual(['peer-port', 'site'])
})
