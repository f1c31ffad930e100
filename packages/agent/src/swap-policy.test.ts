import { parseConfiguration } from '@repocast/daemon'
import { expect, test } from 'vitest'
import { AgentConfiguration } from './configuration.ts'
import { swapPolicy } from './swap-policy.ts'

const link = `repocast+http://o.example/feed/#1:debian:${'0123456789abcdef'.repeat(4)}`
const policyOf = (text: string) => {
  const all = parseConfiguration(AgentConfiguration, text, 'agent.yaml')
  return all.repositories.map(one => swapPolicy(all, one))
}

test('what is said for a repository is in place of what is said for all, key by key', () => {
  const [debian, other] = policyOf(`
name: here
public-url: https://here.example
swap-delay: 30m
swap-jitter: 10s
trace: true
trace-host: mirror
trace-fields: { Country: DE }
webhooks: [{ url: 'https://leaf.example/', secret: /s, repositories: [debian] }]
hooks: { pre-swap: [/a, b], on-error: [/e], time-limit: 1m, transfer-above: 5GB }
repositories:
  - link: ${link}
    path: /srv/a
    swap-delay: 4h
    swap-jitter: 0s
    trace: false
    hooks: { pre-swap: [/c], post-swap: [/p], on-transfer: [/t], time-limit: 9s, transfer-veto: true }
  - { link: '${link}', path: /srv/b }
`)
  expect(debian).toEqual({
    hooks: {
      commands: { 'pre-swap': ['/c'], 'post-swap': ['/p'], 'on-error': ['/e'], 'on-transfer': ['/t'] },
      timeLimitSeconds: 9,
      transferAboveBytes: 5e9,
      isTransferVetoed: true,
    },
    delay: { delaySeconds: 14_400, jitterSeconds: 0, mirror: 'here' },
    trace: { choice: false, host: 'mirror', fields: { Country: 'DE' } },
    webhooks: [{ url: 'https://leaf.example/', secret: '/s', repositories: ['debian'] }],
    mirror: { name: 'here', publicUrl: 'https://here.example' },
  })
  expect(other).toMatchObject({
    hooks: { commands: { 'pre-swap': ['/a', 'b'], 'on-error': ['/e'] }, timeLimitSeconds: 60, isTransferVetoed: false },
    delay: { delaySeconds: 1800, jitterSeconds: 10 },
    trace: { choice: true },
  })
})

test('who says nothing waits for nothing, runs nothing, and tells traces of Debian archives', () => {
  const [plain] = policyOf(`repositories: [{ link: '${link}', path: /srv/a }]`)
  expect(plain).toMatchObject({
    hooks: { commands: {}, timeLimitSeconds: 300, transferAboveBytes: 1e9 },
    delay: { delaySeconds: 0, jitterSeconds: 0 },
    trace: { choice: 'auto', fields: {} },
    webhooks: [],
  })
})

test.each([
  ['hooks: { pre-swap: /bin/true }', /hooks.pre-swap/],
  ['hooks: { pre-swop: [/bin/true] }', /hooks.pre-swop/],
  ['hooks: { pre-swap: [] }', /hooks.pre-swap/],
  ['hooks: { time-limit: soon }', /hooks.time-limit/],
  ['swap-delay: later', /swap-delay/],
  ['trace: perhaps', /trace/],
  ['trace-host: a/b', /trace-host/],
  ['trace-fields: { Country: "DE\\nDate: x" }', /trace-fields/],
  ['webhooks: [{ url: "ftp://x/" }]', /webhooks/],
  ['webhooks: [{ url: "https://x/", secret: relative }]', /webhooks/],
])('%s is refused', (text, named) => {
  expect(() => policyOf(`${text}\n`)).toThrow(named)
})
