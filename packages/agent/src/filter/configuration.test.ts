import { parseConfiguration } from '@repocast/daemon'
import { describe, expect, test } from 'vitest'
import { AgentConfiguration } from '../configuration.ts'
import { filterOf, parseFilter, textOf } from './configuration.ts'

const parse = (filter: string) =>
  parseConfiguration(
    AgentConfiguration,
    `repositories:\n  - link: x\n    path: /srv/x\n    filter:\n      ${filter.replaceAll('\n', '\n      ')}\n`,
    'agent.yaml',
  ).repositories[0]?.filter

describe('a filter in agent.yaml', () => {
  test('every key', () => {
    const text = `include: [pool/**]
exclude: ['*.iso', /images/]
suites: [bookworm, 'bookworm-*', bookworm/updates]
components: [main, updates/main]
architectures: [amd64, x86_64]
sources: false
debug: false
newest: 2`
    expect(filterOf(parse(text))).toEqual({
      include: ['pool/**'],
      exclude: ['*.iso', '/images/'],
      suites: ['bookworm', 'bookworm-*', 'bookworm/updates'],
      components: ['main', 'updates/main'],
      architectures: ['amd64', 'x86_64'],
      sources: false,
      debug: false,
      newest: 2,
    })
  })

  test.each([
    ['architecture: [amd64]', 'agent.yaml:5: there is no key `repositories.0.filter.architecture`', '`architectures`'],
    ['newest: 0', 'agent.yaml:5: `repositories.0.filter.newest` must be >= 1', ''],
    ['newest: 1\nsources: 3', 'agent.yaml:6: `repositories.0.filter.sources` must be boolean', ''],
    ['architectures: []', 'agent.yaml:5: `repositories.0.filter.architectures` must not have fewer than 1 items', ''],
    ['exclude: [a/../b]', 'agent.yaml:5: `repositories.0.filter.exclude.0`', ''],
    ['exclude: [""]', 'agent.yaml:5: `repositories.0.filter.exclude.0`', ''],
    ['exclude: "*.iso"', 'agent.yaml:5: `repositories.0.filter.exclude` must be array', ''],
    ['architectures: ["amd 64"]', 'agent.yaml:5: `repositories.0.filter.architectures.0`', ''],
  ])('%j is refused with its place', (text, message, hint) => {
    const wrong = {
      code: 'REPOCAST_CONFIGURATION_WRONG',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    }
    expect(() => parse(text)).toThrow(expect.objectContaining(wrong))
  })

  test('one that takes all is none', () => {
    expect(filterOf(undefined)).toBeUndefined()
    expect(filterOf({})).toBeUndefined()
    expect(filterOf({ sources: true, debug: true })).toBeUndefined()
  })

  test('the order of words makes no other filter, and a text can be read again', () => {
    const [a, b] = [filterOf({ suites: ['b', 'a'], newest: 1 }), filterOf({ suites: ['a', 'b', 'a'], newest: 1 })]
    if (a === undefined || b === undefined) throw new Error('both are filters')
    expect(textOf(a)).toBe(textOf(b))
    expect(textOf(parseFilter(textOf(a)))).toBe(textOf(a))
  })
})
