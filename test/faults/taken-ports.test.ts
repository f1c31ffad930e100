import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent } from '../lab/deployment.ts'
import { freePort, openLab, tryRepocast } from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'

test('two agents on one port, or on one directory: the second says which key to change, and touches nothing', async () => {
  await using lab = openLab('taken-ports')
  const { link } = await publishedTree(lab, { seed: 1, files: 5, directories: 1 })
  const links = { tree: link }
  const first = await startAgent(lab, links, { name: 'first' })
  const second = await startAgent(lab, links, { name: 'second' })
  await second.process.stop()
  const run = async (data: string) => await tryRepocast(['agent', 'run', '--data', data], { timeoutSeconds: 30 })

  const listen = new URL(first.url).host
  second.configure({ listen })
  const http = await run(second.data)
  expect(http).toMatchObject({ exitCode: 8, stderr: expect.stringContaining('REPOCAST_HTTP_CANNOT_LISTEN') })
  expect(http.stderr).toContain(`cannot listen on ${listen} (EADDRINUSE)`)
  expect(http.stderr).toContain('choose another one in `listen`')

  const { 'peer-port': taken } = JSON.parse(readFileSync(join(first.data, 'agent.yaml'), 'utf8'))
  second.configure({ 'peer-port': taken, listen: `127.0.0.1:${await freePort()}` })
  const peers = await run(second.data)
  expect(peers).toMatchObject({ exitCode: 8, stderr: expect.stringContaining('REPOCAST_SWARM_PORT_UNAVAILABLE') })
  expect(peers.stderr).toMatch(new RegExp(`port ${taken}: EADDRINUSE`))
  expect(peers.stderr).toContain('choose another `peer-port`')

  second.configure({ 'bind-address': '192.0.2.7', listen: `127.0.0.1:${await freePort()}` })
  const foreign = await run(second.data)
  expect(foreign).toMatchObject({ exitCode: 8, stderr: expect.stringContaining('REPOCAST_SWARM_PORT_UNAVAILABLE') })
  expect(foreign.stderr).toMatch(/cannot listen for peers on 192\.0\.2\.7.*EADDRNOTAVAIL/)
  expect(foreign.stderr).toContain('name an address of this host in `bind-address`')

  const directory = await run(first.data)
  expect(directory).toMatchObject({ exitCode: 8, stderr: expect.stringContaining('REPOCAST_AGENT_RUNNING') })
  expect(directory.stderr).toContain(first.data)

  expect(first.process.exit).toBeUndefined()
  expect(await first.process.stop()).toEqual({ code: 0 })
  second.configure({ listen: `127.0.0.1:${await freePort()}` })
  await second.restart()
})
