import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkout, openLab, plainTree, tryCommand } from '../lab/index.ts'

const scripts = join(checkout, 'test/lab/systemd')

test('under a real systemd the units start, serve, reload, come back from kills and hangs, and stop', async context => {
  if (process.getuid?.() !== 0 && process.env.CI !== 'true') context.skip('needs root')
  await using lab = openLab('boot')
  const shared = lab.newDirectory('shared')
  plainTree(join(shared, 'source'), { seed: 1, files: 20, directories: 2 })
  copyFileSync(join(scripts, 'story.sh'), join(shared, 'story.sh'))
  const words = ['--mount', '--propagation=private', 'sh', join(scripts, 'boot.sh'), lab.directory, checkout]
  const { stdout, stderr } = await tryCommand('unshare', words, { timeoutSeconds: 160 })
  const log = join(shared, 'story.log')
  // Not every kernel and container lets another one begin.
  if (!existsSync(log) && process.env.CI !== 'true')
    context.skip(`no container with systemd could be booted here: ${stderr}`)
  expect(existsSync(log), `${stdout}${stderr}`).toBe(true)
  const told = readFileSync(log, 'utf8')
  const lines = told.trim().split('\n')
  expect(lines, `${stdout}${stderr}`).toEqual([
    'origin: active',
    'agent: active',
    'served: equal',
    expect.stringMatching(/^links: [2-9]$/),
    'status: told',
    'reloaded: 0 restarts',
    'killed: started again',
    'hanging: started again',
    'updated: yes',
    'stopped agent: success 0',
    'stopped origin: success 0',
  ])
})
