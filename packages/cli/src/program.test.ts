import { afterEach, expect, test, vi } from 'vitest'
import { runProgram } from './program.ts'

afterEach(() => void vi.restoreAllMocks())

test.each([
  ['agent sync link directory', 'Missing required argument: data', 'repocast agent sync --help'],
  ['agent snyc', 'Did you mean sync?', 'repocast agent --help'],
  ['agnet run', 'Did you mean agent?', 'repocast --help'],
  ['agent sync l d --data x --seed-for 5x', '--seed-for takes a whole number and a unit', 'repocast agent sync --help'],
  ['agent sync l d --data x --serial 0', '--serial takes a whole number', 'repocast agent sync --help'],
  ['agent link --data x', 'error: write repocast agent link <repository>', 'repocast agent link --help'],
  ['agent hold debian 7 8 --data x', 'Unknown argument: 8', 'repocast agent hold --help'],
])('`%s` is told with the help that helps', async (line, message, help) => {
  const written: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation(text => written.push(String(text)) > 0)
  const { signal } = new AbortController()
  expect(await runProgram({ args: line.split(' '), environment: {}, version: '0', signal })).toBe(2)
  expect(written.join('')).toContain(message)
  expect(written.join('')).toContain(`see \`${help}\``)
})
