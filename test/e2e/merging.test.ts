import { silentLogger } from '@repocast/errors'
import { publishTree } from '@repocast/origin'
import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { assertSameTree, changePlainTree, openLab, plainTree } from '../lab/index.ts'
import { layWire } from '../lab/wire.ts'

/** What a snapshot costs besides its objects: metadata of the feed, record, announces, events, reports. */
const feedBytes = 60_000
/** A .torrent names its objects, by path and by SHA-256. */
const torrentBytesPerObject = 200

const days = 60
const files = 1500

test('old packs are merged, few are left, and whoever is up to date fetches nothing for it', async () => {
  await using lab = openLab('merging')
  const { hosts, receivedBytes } = await layWire(lab)
  const source = lab.newDirectory('source')
  plainTree(source, { files, directories: 10, bytes: 10_000 })
  const origin = await startOrigin(lab, { host: hosts[0] })
  const publish = async () =>
    await publishTree(
      { data: origin.data, environment: {}, clock: () => new Date(), logger: silentLogger },
      { repository: 'tree', tree: source },
    )
  await publish()
  const agent = await startAgent(lab, { tree: await origin.link('tree') }, { host: hosts[1] })
  await agent.waitForSerial('tree', 1)

  let [merges, mostPacks, mostDead] = [0, 0, 0]
  const churn = Math.round(files * 0.01)
  for (let day = 1; day <= days; day += 1) {
    changePlainTree(source, { seed: 100 + day, add: churn, change: churn, remove: churn, bytes: 10_000 })
    // it need not follow each of them, but has to be up to date when packs are merged, every eighth serial
    if ((day + 1) % 8 === 0) await agent.waitForSerial('tree', day)
    const before = await receivedBytes()
    const { serial, packs, newPacks, mergedPacks, total } = await publish()
    mostPacks = Math.max(mostPacks, packs.length)
    const packed = packs.reduce((sum, { bytes }) => sum + bytes, 0)
    mostDead = Math.max(mostDead, packed / total.bytes - 1)
    if (mergedPacks.length === 0) continue
    merges += 1
    await agent.waitForSerial('tree', serial)
    const made = (these: readonly string[]) => packs.filter(({ infoHash }) => these.includes(infoHash))
    const added = made(newPacks).reduce((sum, { bytes }) => sum + bytes, 0)
    const names = made([...newPacks, ...mergedPacks]).reduce((sum, { objects }) => sum + objects, 0)
    const moved = (await receivedBytes()) - before
    expect(moved).toBeLessThan(1.02 * added + torrentBytesPerObject * names + feedBytes)
  }
  await agent.waitForSerial('tree', days + 1)
  await assertSameTree(source, agent.servedPath('tree'))
  expect(merges).toBeGreaterThan(4)
  expect(mostPacks).toBeLessThan(16)
  expect(mostDead).toBeLessThan(0.7)

  const newcomer = await startAgent(lab, { tree: await origin.link('tree') }, { name: 'newcomer', host: hosts[1] })
  await newcomer.waitForSerial('tree', days + 1)
  await assertSameTree(source, newcomer.servedPath('tree'))
}, 180_000)
