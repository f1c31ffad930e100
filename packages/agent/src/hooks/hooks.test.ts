import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { parseRepositoryName } from '@repocast/objects'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { Hooks, hookEnvironment } from './hooks.ts'
import { OutputLines } from './output-lines.ts'
import { runCommand } from './run-command.ts'
import { hookSettings } from './settings.ts'

const directory = mkdtempSync(join(tmpdir(), 'repocast-hooks-'))
afterAll(() => rmSync(directory, { recursive: true }))
const { signal } = new AbortController()

async function run(command: readonly string[], timeLimitSeconds = 60) {
  const lines: string[] = []
  const environment = { PATH: process.env.PATH, WHO: 'me' }
  const onOutput = (line: string) => void lines.push(line)
  const why = await runCommand({ command, environment, timeLimitSeconds, onOutput, signal })
  return { why, lines }
}

test('a command is run without a shell, sees its environment, and what it prints comes by lines', async () => {
  const script = 'echo "$WHO;" "$1"; echo error >&2; printf end'
  const { why, lines } = await run(['sh', '-c', script, 'sh', '$HOME; *'])
  expect(why).toBeUndefined()
  expect(lines.sort()).toEqual(['end', 'error', 'me; $HOME; *'].sort())
})

test.each([
  [['sh', '-c', 'exit 3'], 'it ended with exit code 3'],
  [['sh', '-c', 'kill -9 $$'], 'it was ended by SIGKILL'],
  [['/nowhere/hook'], '/nowhere/hook could not be started (ENOENT)'],
  [['/etc/passwd'], '/etc/passwd could not be started (EACCES)'],
  [['a\0b'], expect.stringContaining('could not be started')],
])('%j: %s', async (command, expected) => {
  expect((await run(command)).why).toEqual(expected)
})

test('a command that hangs is ended with all that it has started, also what does not listen', async () => {
  const script = `trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & echo $!; while :; do sleep 1; done`
  const { why, lines } = await run(['sh', '-c', script], 1)
  expect(why).toBe('it ran longer than 1 s and was ended')
  await expect.poll(() => existsSync(`/proc/${lines[0]}/exe`), { timeout: 10_000 }).toBe(false)
})

test('what it has started and left behind does not keep a hook open for ever', async () => {
  const { why, lines } = await run(['sh', '-c', 'setsid sh -c "echo \\$\\$; exec sleep 60"'], 1)
  expect(why).toBe('it ran longer than 1 s and was ended')
  process.kill(Number(lines[0]))
})

test('a hook that has vetoed is not asked again at once, but for the next snapshot', async () => {
  let now = 0
  const flag = join(directory, 'flag')
  const hooks = new Hooks({
    repository: parseRepositoryName('test'),
    servedPath: '/srv',
    settings: hookSettings(
      { 'time-limit': '10', 'transfer-above': '1GB', 'transfer-veto': true },
      { 'pre-swap': ['test', '-e', flag], 'on-transfer': ['false'], 'transfer-above': '1kB' },
    ),
    environment: process.env,
    clock: () => new Date(now),
    logger: silentLogger,
  })
  const swap = async (serial: number): Promise<unknown> =>
    await hooks.beforeSwap(serial, '/next', undefined, signal).then(
      () => 'yes',
      (error: unknown) => error,
    )
  const first = await swap(1)
  expect(first).toMatchObject({ code: 'REPOCAST_SWAP_VETOED' })
  now += 4999
  expect(await swap(1)).toBe(first)
  expect(hooks.failures).toBe(1)
  now += 1
  expect(await swap(1)).not.toBe(first)
  now += 9999
  await run(['touch', flag])
  expect(await swap(1)).toMatchObject({ code: 'REPOCAST_SWAP_VETOED' })
  expect(await swap(2)).toBe('yes')
  await hooks.beforeTransfer(2, 1000, 1, signal)
  await expect(hooks.beforeTransfer(2, 1001, 1, signal)).rejects.toMatchObject({ code: 'REPOCAST_TRANSFER_VETOED' })
})

test('lines are the same however the bytes come, and none grows without end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 5 }),
      fc.nat(20),
      (texts, cut) => {
        const bytes = Buffer.from(texts.join('\n'))
        const [whole, parts] = [new OutputLines(), new OutputLines()]
        const expected = [...whole.take(bytes), ...whole.end()]
        const got = [...parts.take(bytes.subarray(0, cut)), ...parts.take(bytes.subarray(cut)), ...parts.end()]
        expect(got).toEqual(expected)
      },
    ),
  )
  const lines = new OutputLines()
  for (let k = 0; k < 100; k += 1) lines.take(Buffer.alloc(1000, 'x'))
  expect(lines.end()).toEqual(['x'.repeat(1000)])
})

test('what a hook is not told is empty, and the socket of systemd is not handed on', () => {
  const told = { hook: 'on-error', repository: 'r', servedPath: '/s', errorMessage: 'a\0b' } as const
  const environment = hookEnvironment({ PATH: '/bin', NOTIFY_SOCKET: '/run/x', REPOCAST_SERIAL: '7' }, told)
  expect(environment).toMatchObject({ PATH: '/bin', REPOCAST_SERIAL: '', REPOCAST_ERROR_MESSAGE: 'ab' })
  expect(environment).not.toHaveProperty('NOTIFY_SOCKET')
})
