import { lstatSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent } from '../lab/deployment.ts'
import { assertSameTree, openLab } from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'

/** Changes every object of a mirror behind its back, so that it gives out nothing but wrong bytes. */
function corruptAll(data: string): void {
  for (const { parentPath, name } of readdirSync(join(data, 'objects'), { recursive: true, withFileTypes: true })) {
    const path = join(parentPath, name)
    const { size, atime, mtime } = lstatSync(path)
    if (!/^[0-9a-f]{62}$/.test(name) || size < 10_000) continue
    writeFileSync(
      path,
      readFileSync(path).map(byte => byte ^ 0xff),
    )
    utimesSync(path, atime, mtime)
  }
}

test('a mirror that gives out wrong bytes harms nobody: the others throw it out, and get all from who is honest', async () => {
  await using lab = openLab('lying-peer')
  const { source, link } = await publishedTree(lab, { seed: 1, files: 40, directories: 2, bytes: 300_000 })
  const links = { tree: link }
  const liar = await startAgent(lab, links, { name: 'liar' })
  await liar.waitForSerial('tree', 1)
  corruptAll(liar.data)
  const settings = { 'download-limit': '6MB/s' }
  const agents = [
    await startAgent(lab, links, { name: 'one', settings }),
    await startAgent(lab, links, { name: 'two', settings }),
  ]
  for (const agent of agents) {
    await agent.waitForSerial('tree', 1)
    await assertSameTree(source, agent.servedPath('tree'))
  }
  expect((await liar.status()).uploadedBytes).toBeGreaterThan(0)
  expect(agents.some(agent => /a peer misbehaves and is disconnected/.test(agent.process.log()))).toBe(true)
})
