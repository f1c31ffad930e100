import { parseConfiguration } from '@repocast/daemon'
import { expect, test } from 'vitest'
import { checkRepositories } from './check-repositories.ts'
import { AgentConfiguration } from './configuration.ts'

const link = (name: string) => `repocast+http://origin.example.org:8080/feed/#1:${name}:${'0123456789abcdef'.repeat(4)}`
const entry = (url: string, path: string) => `  - link: ${url}\n    path: ${path}\n`
const parse = (...entries: readonly string[]) =>
  parseConfiguration(AgentConfiguration, `repositories:\n${entries.join('')}`, 'agent.yaml', {}, checkRepositories)

test('repositories with names and paths of their own are followed', () => {
  expect(parse(entry(link('a'), '/srv/a'), entry(link('b'), '/srv/b')).repositories).toHaveLength(2)
})

test.each([
  [[entry(link('a').slice(0, -1), '/a')], 'agent.yaml:2: `repositories.0.link` is wrong: "repocast+http'],
  [
    [entry(link('a'), '/a'), entry(link('a'), '/b')],
    'agent.yaml:4: `repositories.1.link` names a, as `repositories.0`',
  ],
  [[entry(link('a'), '/a'), entry(link('b'), '/a')], 'agent.yaml:5: `repositories.1.path` is also the path of'],
])('%j is refused with its place', (entries, message) => {
  expect(() => parse(...entries)).toThrow(
    expect.objectContaining({ code: 'REPOCAST_CONFIGURATION_WRONG', message: expect.stringContaining(message) }),
  )
})
