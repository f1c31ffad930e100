import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SwapNotification } from '@repocast/api'
import { Check } from 'typebox/value'
import { expect, test } from 'vitest'
import { startAgent } from '../lab/deployment.ts'
import { openLab, webhookReceiver } from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'

test('webhooks are told of swaps, signed, again and again until they take it, also after a kill', async () => {
  await using lab = openLab('agent-webhooks')
  const { source, origin, link } = await publishedTree(lab, { seed: 1, files: 10, directories: 2, bytes: 100_000 })
  const [leaf, sick, other] = [await webhookReceiver(lab), await webhookReceiver(lab), await webhookReceiver(lab)]
  const secret = join(lab.directory, 'secret')
  writeFileSync(secret, leaf.secret)
  const settings = {
    'public-url': 'https://mirror.example.org/pub',
    webhooks: [
      { url: leaf.url, secret },
      { url: sick.url, secret },
      { url: other.url, secret, repositories: ['other'] },
    ],
  }
  const agent = await startAgent(lab, { tree: link }, { settings })
  await agent.waitForSerial('tree', 1)
  await expect.poll(() => sick.events).toHaveLength(1)
  await expect.poll(() => leaf.events).toHaveLength(1)
  expect(Check(SwapNotification, leaf.events[0]?.body)).toBe(true)
  expect(leaf.events[0]?.body).toMatchObject({
    type: 'mirror.swapped',
    mirror: 'agent',
    data: { repository: 'tree', serial: 1, previousSerial: null, publicUrl: 'https://mirror.example.org/pub' },
  })

  sick.refuse(1e9)
  writeFileSync(join(source, 'news'), 'second')
  await origin.publish('tree', source)
  await agent.waitForSerial('tree', 2)
  await expect.poll(() => sick.refused.length, { timeout: 30_000 }).toBeGreaterThan(1)
  await expect.poll(() => leaf.events).toHaveLength(2)
  expect(new Set(sick.refused).size).toBe(1)
  await agent.process.kill()
  sick.refuse(0)
  await agent.restart()
  await expect.poll(() => sick.events.length, { timeout: 30_000 }).toBe(2)
  expect(sick.events[1]).toMatchObject({ id: sick.refused[0], data: { serial: 2, previousSerial: 1 } })
  // Who has taken it may be told again, and sees by the id that it is the same.
  expect(new Set(leaf.events.map(({ id }) => id)).size).toBe(2)
  expect(leaf.unsigned + sick.unsigned).toBe(0)
  expect(other.requests).toEqual([])
  expect(agent.process.log()).not.toContain(leaf.secret)
})

const linesOf = (path: string): string[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map(line => line.trim())
    : []

test('a webhook that takes nothing keeps neither hooks nor later swaps waiting', async () => {
  await using lab = openLab('sick-webhook')
  const { source, origin, link } = await publishedTree(lab, { seed: 1, files: 10, directories: 2, bytes: 100_000 })
  const sick = await webhookReceiver(lab)
  sick.refuse(1e9)
  const calls = join(lab.directory, 'calls')
  const hook = ['sh', '-c', `echo "$REPOCAST_SERIAL after $REPOCAST_PREVIOUS_SERIAL" >>${calls}`]
  const settings = { webhooks: [{ url: sick.url }], hooks: { 'post-swap': hook } }
  const agent = await startAgent(lab, { tree: link }, { settings })
  await expect.poll(() => linesOf(calls), { timeout: 30_000 }).toEqual(['1 after'])
  await agent.process.waitForOutput(/a webhook does not take a swap/)
  writeFileSync(join(source, 'news'), 'second')
  await origin.publish('tree', source)
  await expect.poll(() => linesOf(calls), { timeout: 30_000 }).toEqual(['1 after', '2 after 1'])
})
