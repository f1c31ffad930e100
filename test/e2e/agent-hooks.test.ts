import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import {
  assertSameTree,
  checkout,
  freePort,
  type Lab,
  openLab,
  plainTree,
  repocast,
  startProcess,
  treeDifferences,
} from '../lab/index.ts'

/** A program that is run as a hook. */
function script(directory: string, name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
  return path
}

/** A program that notes how hooks are called, and what they did. */
function notes(lab: Lab) {
  const directory = lab.newDirectory('hooks')
  const path = join(directory, 'notes')
  const say = `echo "$REPOCAST_HOOK $REPOCAST_SERIAL after $REPOCAST_PREVIOUS_SERIAL $REPOCAST_ERROR_CODE" >>${path}`
  const lines = (): string[] => (existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []).map(trimmed)
  return { directory, say, lines }
}

const trimmed = (line: string): string => line.trim()

async function plainSource(lab: Lab, seed = 1) {
  const directory = lab.newDirectory('source')
  await plainTree(directory, { seed, files: 20, directories: 3, bytes: 200_000 })
  return { directory, renew: (text: string) => writeFileSync(join(directory, 'news'), text.repeat(1000)) }
}

test('hooks are told of swaps, veto them, and what hangs is ended and keeps no other repository waiting', async () => {
  await using lab = openLab('agent-hooks')
  const [source, other] = [await plainSource(lab), await plainSource(lab, 2)]
  const origin = await startOrigin(lab)
  await origin.publish('tree', source.directory)
  await origin.publish('other', other.directory)
  const { directory, say, lines } = notes(lab)
  const preSwap = script(
    directory,
    'pre-swap',
    `${say}; [ "$REPOCAST_SERIAL" != 2 ] || { cmp "$REPOCAST_NEXT_PATH/news" "${source.directory}/news" && echo not yet; exit 7; }`,
  )
  const note = script(directory, 'note', say)
  const hooks = { 'pre-swap': [preSwap], 'post-swap': [note], 'on-error': [note] }
  const links = { tree: await origin.link('tree'), other: await origin.link('other') }
  const agent = await startAgent(lab, { tree: links.tree }, { settings: { hooks } })
  await agent.waitForSerial('tree', 1)
  await expect.poll(lines).toEqual(['pre-swap 1 after', 'post-swap 1 after'])

  source.renew('second')
  await origin.publish('tree', source.directory)
  const vetoed = await agent.waitFor('tree', ({ state }) => state === 'paused')
  expect(vetoed).toMatchObject({
    serial: 1,
    newestSerial: 2,
    error: { code: 'REPOCAST_SWAP_VETOED', message: expect.stringContaining('exit code 7') },
  })
  expect(existsSync(join(agent.servedPath('tree'), 'news'))).toBe(false)
  await expect.poll(lines).toContain('on-error 2 after 1 REPOCAST_SWAP_VETOED')
  expect(agent.process.log()).toContain('not yet')
  // It is asked again by itself.
  await expect.poll(() => lines().filter(line => line === 'pre-swap 2 after 1').length, { timeout: 30_000 }).toBe(2)
  await repocast(['agent', 'hold', '1', '--data', agent.data])
  expect((await agent.waitFor('tree', ({ state }) => state === 'held')).serial).toBe(1)
  await repocast(['agent', 'resume', '--data', agent.data])
  await agent.waitFor('tree', ({ state }) => state === 'paused')

  source.renew('third')
  await origin.publish('tree', source.directory)
  await agent.waitForSerial('tree', 3)
  await assertSameTree(source.directory, agent.servedPath('tree'))
  await expect.poll(() => lines().slice(-2)).toEqual(['pre-swap 3 after 1', 'post-swap 3 after 1'])

  // For one repository alone; it would wait for a long time.
  await agent.process.stop()
  const begun = join(directory, 'begun')
  const hang = script(directory, 'hang', `echo $$ >${begun}; trap '' TERM; for k in $(seq 90); do sleep 1; done`)
  const [tree, second] = ['tree', 'other'].map(name => ({ link: links[name as 'tree'], path: agent.servedPath(name) }))
  const follow = (limit: string) =>
    agent.configure({ repositories: [{ ...tree, hooks: { 'pre-swap': [hang], 'time-limit': limit } }, second], hooks })
  follow('10m')
  await agent.restart()
  source.renew('fourth')
  await origin.publish('tree', source.directory)
  await expect.poll(() => existsSync(begun), { timeout: 30_000 }).toBe(true)
  await agent.waitForSerial('other', 1)
  await assertSameTree(other.directory, agent.servedPath('other'))
  const hanging = readFileSync(begun, 'utf8').trim()
  follow('1s')
  agent.process.signal('SIGHUP')
  await expect.poll(() => existsSync(`/proc/${hanging}/exe`), { timeout: 30_000 }).toBe(false)
  const ended = await agent.waitFor('tree', ({ state }) => state === 'paused')
  expect(ended).toMatchObject({ serial: 3, error: { message: expect.stringContaining('ran longer than 1 s') } })
  await agent.process.stop()
})

test('a large transfer is announced, and waits where the hook says so', async () => {
  await using lab = openLab('on-transfer')
  const source = await plainSource(lab)
  const origin = await startOrigin(lab)
  await origin.publish('tree', source.directory)
  const { directory } = notes(lab)
  const [bytes, allowed] = [join(directory, 'bytes'), join(directory, 'allowed')]
  const onTransfer = script(directory, 'on-transfer', `echo "$REPOCAST_BYTES" >${bytes}; test -e ${allowed}`)
  const hooks = { 'on-transfer': [onTransfer], 'transfer-above': '100kB', 'transfer-veto': true }
  const agent = await startAgent(lab, { tree: await origin.link('tree') }, { settings: { hooks } })
  const paused = await agent.waitFor('tree', ({ state }) => state === 'paused')
  expect(paused).toMatchObject({ serial: null, error: { code: 'REPOCAST_TRANSFER_VETOED' } })
  expect(Number(readFileSync(bytes, 'utf8'))).toBeGreaterThan(100_000)
  expect((await agent.status()).downloadedBytes).toBeLessThan(100_000)
  writeFileSync(allowed, '')
  await agent.waitForSerial('tree', 1)
  rmSync(bytes)
  source.renew('small')
  await origin.publish('tree', source.directory)
  await agent.waitForSerial('tree', 2)
  expect(existsSync(bytes)).toBe(false)
})

test('leaves that follow with rsync are pushed by ssh after each swap', async () => {
  await using lab = openLab('push-leaves')
  const source = await plainSource(lab)
  const origin = await startOrigin(lab)
  await origin.publish('tree', source.directory)
  const directory = lab.newDirectory('hooks')
  const leaf = lab.newDirectory('leaf')
  const [leaves, calls, port] = [join(directory, 'leaves'), join(directory, 'calls'), await freePort()]
  writeFileSync(leaves, '# who is pushed\ntree archvsync@leaf\nother archvsync@other\ntree archvsync@gone own-key\n')
  // Instead of the network: the forced command of the leaf, and a leaf that is not there.
  script(
    directory,
    'ssh',
    `printf '%s\\n' "$*" >>${calls}
     case "$*" in *gone*) exit 255 ;; esac
     exec rsync -a --delete rsync://127.0.0.1:${port}/tree/ ${leaf}/`,
  )
  const env = { PATH: [directory, process.env.PATH].join(delimiter), LEAVES: leaves, KEY: '/etc/push-key' }
  const hooks = { 'post-swap': [join(checkout, 'deploy/hooks/push-leaves')] }
  const agent = await startAgent(lab, { tree: await origin.link('tree') }, { settings: { hooks }, env })
  const settings = join(directory, 'rsyncd.conf')
  const served = agent.servedPath('tree')
  writeFileSync(settings, `use chroot = no\n[tree]\npath = ${served}\nread only = yes\n`)
  await startProcess(lab, 'rsync', [
    '--daemon',
    '--no-detach',
    '--address=127.0.0.1',
    `--port=${port}`,
    `--config=${settings}`,
  ])
  await agent.waitForSerial('tree', 1)

  source.renew('second')
  await origin.publish('tree', source.directory)
  await agent.waitForSerial('tree', 2)
  await expect.poll(() => agent.process.log(), { timeout: 30_000 }).toMatch(/could not tell archvsync@gone/)
  await expect.poll(() => agent.process.log(), { timeout: 30_000 }).toMatch(/told archvsync@leaf/)
  // The word of the first swap is in the log, too, and rsync sets the times of a directory last.
  await expect.poll(() => treeDifferences(source.directory, leaf), { timeout: 30_000 }).toEqual([])
  const [call] = readFileSync(calls, 'utf8')
    .split('\n')
    .filter(line => line.includes('archvsync@leaf'))
  expect(call).toMatch(/-i \/etc\/push-key .* archvsync@leaf sync:all sync:archive:tree$/)
  expect(readFileSync(calls, 'utf8')).toMatch(/-i own-key .* archvsync@gone /)
  expect(readFileSync(calls, 'utf8')).not.toContain('archvsync@other')
})
