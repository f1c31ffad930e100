import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { assertSameTree, openLab, plainTree, repocast, repocastJson, runCommand } from '../lab/index.ts'

test('an origin lets go of old snapshots and what only they need, while mirrors go on', async () => {
  await using lab = openLab('origin-gc')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 1, files: 60, directories: 6, bytes: 300_000 })
  const origin = await startOrigin(lab)
  await runCommand('sed', ['-i', 's/  days: 14/  days: 0/', join(origin.data, 'origin.yaml')])
  await runCommand('sed', [
    '-i',
    's/^repositories: {}/repositories: {tree: {keep: {snapshots: 2}}}/',
    join(origin.data, 'origin.yaml'),
  ])
  const packs = new Map<number, readonly string[]>()
  const publish = async (seed: number): Promise<void> => {
    const { serial, packs: named } = await origin.publish('tree', source)
    expect(serial).toBe(seed)
    packs.set(
      serial,
      named.map(({ infoHash }) => infoHash),
    )
  }
  renew(source, 1)
  await publish(1)
  const agent = await startAgent(lab, { tree: await origin.link('tree') })
  await agent.waitForSerial('tree', 1)
  // past the eighth, with which packs are given up that hold little of use
  for (let serial = 2; serial <= 9; serial += 1) {
    renew(source, serial)
    await publish(serial)
    if (serial === 8) {
      await agent.waitForSerial('tree', 8)
      await agent.process.stop()
    }
  }
  const before = objectsIn(origin.data)
  const wouldGo = (await repocastJson(['origin', 'gc', '--data', origin.data, '--dry-run'])) as Collection
  expect(wouldGo).toMatchObject({ dryRun: true, snapshots: [1, 2, 3, 4, 5, 6, 7].map(serial => ({ serial })) })
  expect(objectsIn(origin.data)).toBe(before)
  const gone = (await repocastJson(['origin', 'gc', '--data', origin.data])) as Collection
  expect(gone).toEqual({ ...wouldGo, dryRun: false })
  expect(gone.objects).toBeGreaterThan(0)
  expect(objectsIn(origin.data)).toBe(before - gone.objects)

  const kept = new Set([8, 9].flatMap(serial => packs.get(serial) ?? []))
  const dropped = [...new Set([1, 2, 3, 4, 5, 6, 7].flatMap(serial => packs.get(serial) ?? []))].filter(
    pack => !kept.has(pack),
  )
  expect(gone.packs).toBe(dropped.length)
  const shared = async (): Promise<string[]> => (await stats(origin.url)).packs.map(({ infoHash }) => infoHash).sort()
  expect(await shared()).toEqual([...kept].sort())
  await untilStatus(`${origin.url}/packs/${dropped[0]}`, 404)
  expect((await fetch(`${origin.url}/torrents/${dropped[0]}.torrent`)).status).toBe(404)
  for (const pack of kept) expect((await fetch(`${origin.url}/packs/${pack}`, { method: 'HEAD' })).status).toBe(200)
  expect((await stats(origin.url)).lastCollection).toMatchObject({
    snapshots: 7,
    objects: gone.objects,
    bytes: gone.bytes,
  })

  const mirror = lab.newDirectory('mirror')
  const link = await origin.link('tree')
  await repocast(['agent', 'sync', link, join(mirror, 'served'), '--data', join(mirror, 'data')])
  await assertSameTree(source, join(mirror, 'served'))
  await agent.restart()
  await agent.waitForSerial('tree', 9)
  await assertSameTree(source, agent.servedPath('tree'))
  expect(await repocastJson(['origin', 'gc', '--data', origin.data])).toMatchObject({
    snapshots: [],
    packs: 0,
    objects: 0,
  })
  renew(source, 10)
  await publish(10)
  await agent.waitForSerial('tree', 10)
  await assertSameTree(source, agent.servedPath('tree'))
})

/** Files that live for one snapshot only, as metadata does. */
function renew(source: string, serial: number): void {
  mkdirSync(join(source, 'metadata'), { recursive: true })
  for (let k = 0; k < 10; k += 1) writeFileSync(join(source, 'metadata', `${k}`), `${serial} ${k} `.repeat(2000))
}

interface Collection {
  readonly snapshots: readonly { readonly serial: number }[]
  readonly packs: number
  readonly objects: number
  readonly bytes: number
}

interface Stats {
  readonly packs: readonly { readonly infoHash: string }[]
  readonly lastCollection: unknown
}

async function stats(url: string): Promise<Stats> {
  return (await (await fetch(`${url}/stats.json`)).json()) as Stats
}

/** The daemon sees what another process did a little later. */
async function untilStatus(url: string, status: number): Promise<void> {
  for (let looks = 0; ; looks += 1) {
    const found = (await fetch(url, { method: 'HEAD' })).status
    if (found === status) return
    if (looks === 100) throw new Error(`${url} answers ${found}`)
    await sleep(50)
  }
}

function objectsIn(data: string): number {
  const names = readdirSync(join(data, 'objects'), { recursive: true, encoding: 'utf8' })
  return names.filter(name => /^[0-9a-f]{2}\/[0-9a-f]{62}$/.test(name)).length
}
