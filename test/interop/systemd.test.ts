import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { assertSameTree, checkout, freePort, openLab, plainTree, runCommand } from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'
import { openNotifySocket } from '../lab/run/notify-socket.ts'

const units = join(checkout, 'deploy/systemd')
const program = `${checkout}/node_modules/.bin/repocast`

test.each(['repocast-agent.service', 'repocast-origin.service'])(
  'systemd-analyze has nothing to say about %s',
  async name => {
    await using lab = openLab('unit')
    const unit = join(lab.newDirectory('units'), name)
    writeFileSync(unit, readFileSync(join(units, name), 'utf8').replace('/usr/bin/repocast', program))
    const { stdout, stderr } = await runCommand('systemd-analyze', ['verify', '--man=no', unit])
    expect(stdout + stderr).toBe('')
    // what the comments of the unit promise: no lower grade than "OK"
    const security = await runCommand('systemd-analyze', ['security', '--offline=yes', '--threshold=30', unit])
    expect(security.stdout).toContain('Overall exposure level')
  },
)

test('the user and the directory of a mirror are made', async () => {
  await using lab = openLab('sysusers')
  const root = lab.newDirectory('root')
  mkdirSync(join(root, 'etc'))
  await runCommand('systemd-sysusers', [`--root=${root}`, join(units, 'repocast.sysusers')])
  expect(readFileSync(join(root, 'etc/passwd'), 'utf8')).toMatch(/^repocast:/m)
  await runCommand('systemd-tmpfiles', [`--root=${root}`, '--create', join(units, 'repocast.tmpfiles')])
  expect((await runCommand('stat', ['-c', '%F %a', join(root, 'srv/mirror')])).stdout).toBe('directory 755\n')
})

test('systemd is told that an agent is ready, what it does, that it lives, reloads and stops', async () => {
  await using lab = openLab('notify')
  const { link } = await publishedTree(lab, { seed: 1, files: 10, directories: 1 })
  const socket = await openNotifySocket(lab)
  const env = { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '3000000' }
  const agent = await startAgent(lab, { tree: link }, { env })
  await socket.process.waitForOutput(/READY=1 \| STATUS=/)
  await agent.waitForSerial('tree', 1)
  await socket.process.waitForOutput(/STATUS=tree 1 \(current\); \d+ peers/)
  await socket.process.waitForOutput(/WATCHDOG=1[\s\S]*WATCHDOG=1/)

  process.kill(agent.process.pid, 'SIGHUP')
  await socket.process.waitForOutput(/RELOADING=1 \| MONOTONIC_USEC=\d+[\s\S]*READY=1/)
  expect(agent.process.log()).toContain('the configuration was read again')
  process.kill(agent.process.pid, 'SIGTERM')
  await agent.process.ended
  await socket.process.waitForOutput(/STOPPING=1/)
  expect(agent.process.log()).not.toContain('systemd cannot be told')
})

test('SIGHUP: repositories come and go and limits change without a restart; a wrong file changes nothing', async () => {
  await using lab = openLab('reload')
  const sources = { one: lab.newDirectory('one'), two: lab.newDirectory('two') }
  const origin = await startOrigin(lab)
  for (const [seed, [name, source]] of Object.entries(sources).entries()) {
    await plainTree(source, { seed, files: 20, directories: 2 })
    await origin.publish(name, source)
  }
  const links = { one: await origin.link('one'), two: await origin.link('two') }
  const agent = await startAgent(lab, { one: links.one })
  await agent.waitForSerial('one', 1)
  const path = join(agent.data, 'agent.yaml')
  const configuration = JSON.parse(readFileSync(path, 'utf8'))
  const { pid } = agent.process
  const reload = async (text: string, told: RegExp) => {
    const before = agent.process.log().length
    writeFileSync(path, text)
    process.kill(pid, 'SIGHUP')
    await expect.poll(() => agent.process.log().slice(before), { timeout: 30_000 }).toMatch(told)
  }
  const two = { link: links.two, path: agent.servedPath('two') }
  const both = { ...configuration, repositories: [...configuration.repositories, two], 'upload-limit': '5MB/s' }
  await reload(JSON.stringify({ ...both, 'peer-port': await freePort() }), /needs a restart[\s\S]*"upload-limit"/)
  await agent.waitForSerial('two', 1)
  await assertSameTree(sources.two, agent.servedPath('two'))
  const served = await fetch(`${agent.url}/two/`, { method: 'HEAD' })
  expect(served.status).not.toBe(500)

  await reload('repositories: nonsense', /the configuration could not be read again, the old one stays/)
  expect((await agent.status()).repositories.map(({ name }) => name)).toEqual(['one', 'two'])
  await reload(JSON.stringify({ ...configuration, repositories: [two] }), /all packs are shared/)
  expect((await agent.status()).repositories.map(({ name }) => name)).toEqual(['two'])
  await plainTree(join(sources.two, 'more'), { seed: 9, files: 5, directories: 1 })
  await origin.publish('two', sources.two)
  await agent.waitForSerial('two', 2)
  expect(agent.process.exit).toBeUndefined()
})
