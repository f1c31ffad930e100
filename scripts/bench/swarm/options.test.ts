import { expect, test } from 'vitest'
import { parseSwarmOptions } from './options.ts'

const tools = ['repocast', 'aria2']

test('all has a default', () => {
  const line = { up: 50, down: 200, rtt: 20, loss: 0 }
  expect(parseSwarmOptions([], tools)).toEqual({
    mirrors: [4, 8],
    tools,
    bytes: 256e6,
    files: 1500,
    origin: line,
    mirror: line,
    churn: false,
    update: true,
    runs: 1,
  })
})

test('lists, lines and switches are read', () => {
  const args = '--mirrors 4,16 --tools aria2 --origin-up 20 --up 100 --loss 0.5 --no-update --runs 3'.split(' ')
  expect(parseSwarmOptions(args, tools)).toMatchObject({
    mirrors: [4, 16],
    tools: ['aria2'],
    origin: { up: 20, loss: 0.5 },
    mirror: { up: 100, loss: 0.5 },
    update: false,
    runs: 3,
  })
})

test('--help asks for nothing to be run', () => {
  expect(parseSwarmOptions(['--help'], tools)).toBeUndefined()
})

test.each([
  ['--mirrors', 'x'],
  ['--mirrors', '64'],
  ['--mirrors', '2.5'],
  ['--mb', ''],
  ['--mb', '0'],
  ['--loss', '100'],
  ['--tools', 'ftp'],
  ['--runs', '0'],
])('%s %s is refused by its name', (option, value) => {
  expect(() => parseSwarmOptions([option, value], tools)).toThrow(option)
})

test('churn needs mirrors that live on', () => {
  expect(() => parseSwarmOptions(['--churn', '--mirrors', '2'], tools)).toThrow('--churn')
})
