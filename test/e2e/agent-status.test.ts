import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLab, repocast, repocastJson, startProcess, tryRepocast } from '../lab/index.ts'
import { mirroredTree } from '../lab/mirrored-tree.ts'
import { checkout } from '../lab/paths.ts'

test('`agent status` tells how far a mirror is, to people, to programs, and to a monitoring system', async () => {
  await using lab = openLab('agent-status')
  const { origin, agent } = await mirroredTree(lab, { seed: 1, files: 40, directories: 4, bytes: 100_000 })
  await agent.waitFor('tree', ({ state }) => state === 'current')
  const args = ['agent', 'status', '--data', agent.data]

  expect((await repocast(args)).stdout).toMatch(/repository +state +serves[^\n]*\n +tree +current +1 +1 +no .* 0 B\n/)
  const [status] = ((await repocastJson(args)) as { repositories: readonly Record<string, unknown>[] }).repositories
  expect(status).toMatchObject({ lagSeconds: 0, looked: expect.stringContaining('T') })
  expect(status?.downloadedBytes).toBeGreaterThan(1_000_000)
  const metrics = await (await fetch(`${agent.url}/metrics`)).text()
  expect(metrics).toContain('repocast_agent_lag_seconds{repository="tree"} 0')
  expect(metrics).toContain(
    `repocast_agent_repository_downloaded_bytes_total{repository="tree"} ${status?.downloadedBytes}`,
  )

  const check = [...args, '--check', '--max-lag', '0s']
  expect(await tryRepocast([...args, '--check'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^REPOCAST OK - tree 1 \| 'tree_serial'=1 'tree_lag'=0s;;7200;0 'disk_free'=/),
  })
  expect(await tryRepocast([...args, '--check', '--max-lag', 'long'])).toMatchObject({
    exitCode: 3,
    stdout: expect.stringMatching(/^REPOCAST UNKNOWN - /),
  })
  expect((await tryRepocast([...args, '--check', '--watch'])).exitCode).toBe(2)
  await origin.process.stop()
  await agent.waitFor('tree', ({ error }) => error !== null)
  expect(await tryRepocast(check)).toMatchObject({
    exitCode: 2,
    stdout: expect.stringMatching(/^REPOCAST CRITICAL - tree could not ask its feed for .*; tree is failed: /),
  })
  expect(await tryRepocast([...args, '--check', '--max-lag', '1d'])).toMatchObject({
    exitCode: 1,
    stdout: expect.stringMatching(/^REPOCAST WARNING - tree is failed: REPOCAST_FEED_UNREACHABLE/),
  })
  await agent.process.stop()
  expect(await tryRepocast(check)).toMatchObject({
    exitCode: 2,
    stdout: expect.stringMatching(/^REPOCAST CRITICAL - no agent answers at /),
  })
  expect((await tryRepocast(args)).exitCode).toBe(9)
})

test('`agent status --watch` is drawn anew in a terminal until Ctrl-C, also while the agent is gone', async () => {
  await using lab = openLab('agent-watch')
  const { source, origin, agent } = await mirroredTree(lab, { seed: 1, files: 5, directories: 1 })
  const watch = `${checkout}/node_modules/.bin/repocast agent status --watch --data ${agent.data}`
  const [terminal, plain] = [
    await startProcess(lab, 'script', ['-qefc', `stty cols 60 rows 20; exec ${watch}`, '/dev/null'], {
      name: 'terminal',
    }),
    await startProcess(lab, 'sh', ['-c', `exec ${watch}`], { name: 'plain' }),
  ]
  await terminal.waitForOutput(/\[\?1049h.*tree +current +1/s)
  await plain.waitForOutput(/tree +current +1/)
  writeFileSync(join(source, 'more'), 'more')
  await origin.publish('tree', source)
  await terminal.waitForOutput(/tree +current +2/)
  await agent.process.stop()
  await terminal.waitForOutput(/no agent answers/)
  await agent.restart()
  await terminal.waitForOutput(/no agent answers.*tree +current +2/s)
  for (const line of terminal.log().split('\u001b[?1049l')[0]?.split(/\r?\n/) ?? []) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes of a terminal are what is taken away
    expect(line.replace(/\u001b\[[?0-9]*[A-Za-z]/g, '').length).toBeLessThanOrEqual(60)
  }
  plain.signal('SIGINT')
  expect(await plain.ended).toEqual({ code: 0 })
  expect(plain.log()).not.toContain('\u001b')
  const inside = readFileSync(`/proc/${terminal.pid}/task/${terminal.pid}/children`, 'utf8')
  process.kill(Number(inside), 'SIGINT')
  expect(await terminal.ended).toEqual({ code: 0 })
  expect(terminal.log()).toMatch(/\[\?1049l.*tree +current +2/s)
})
