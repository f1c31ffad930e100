import { cpSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StatsDocument } from '@repocast/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LabAgent, type LabOrigin, startAgent, startOrigin } from '../lab/deployment.ts'
import {
  aptClient,
  type DebRepository,
  debRepository,
  dnfClient,
  freePort,
  installableDeb,
  installableRpm,
  type Lab,
  openLab,
  runCommand,
  serveDirectory,
  type YumRepository,
  yumRepository,
} from '../lab/index.ts'

let lab: Lab
let origin: LabOrigin
let agent: LabAgent
let yum: YumRepository
let deb: DebRepository
/** Address of the mirror that stopped at the first snapshot. */
let behind: string

/** The good mirror, one that stopped at the first snapshot, one with other bytes in every package, and one that is off. */
beforeAll(async () => {
  lab = openLab('mirror-lists')
  origin = await startOrigin(lab)
  ;[yum, deb] = [await yumRepository(lab), await debRepository(lab)]
  for (const [name, { directory }] of Object.entries({ yum, deb })) await origin.publish(name, directory)
  const links = { yum: await origin.link('yum'), deb: await origin.link('deb') }
  agent = await startAgent(lab, links)
  const [stale, liar] = [lab.newDirectory('stale'), lab.newDirectory('liar')]
  copyTo(stale)
  await yum.update()
  await deb.update()
  for (const [name, { directory }] of Object.entries({ yum, deb })) await origin.publish(name, directory)
  for (const name of ['yum', 'deb']) await agent.waitForSerial(name, 2)
  copyTo(liar)
  for (const path of filesBelow(liar)) if (/\.(rpm|deb|img|iso)$/.test(path)) tamper(path)
  behind = (await serveDirectory(lab, stale)).url
  const lying = (await serveDirectory(lab, liar)).url
  const urls = [behind, lying, `http://127.0.0.1:${await freePort()}/`, `${agent.url}/{repository}`]
  const mirrors = JSON.stringify(urls.map(url => ({ url })))
  const settings = [`s|^  mirrors: \\[\\]|  mirrors: ${mirrors}|`, 's|^  probe-interval: .*|  probe-interval: 1s|']
  for (const setting of settings) await runCommand('sed', ['-i', setting, join(origin.data, 'origin.yaml')])
  await origin.process.stop()
  await origin.restart()
  // the liar is found when a file is drawn that it has changed
  for (const name of ['yum', 'deb']) await waitForList(name, [`${agent.url}/${name}/`])
}, 120_000)
afterAll(async () => await lab.close())

function copyTo(directory: string): void {
  for (const [name, { directory: from }] of Object.entries({ yum, deb })) {
    cpSync(from, join(directory, name), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  }
}

function filesBelow(directory: string): string[] {
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

function tamper(path: string): void {
  const [bytes, { atime, mtime }] = [readFileSync(path), statSync(path)]
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  writeFileSync(path, bytes)
  utimesSync(path, atime, mtime)
}

async function listOf(path: string): Promise<string[]> {
  const response = await fetch(`${origin.url}/mirrorlist/${path}`)
  const text = await response.text()
  return response.ok ? text.split('\n').filter(Boolean) : [`${response.status}`]
}

async function waitForList(path: string, expected: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1, await sleep(250)) {
    if (JSON.stringify(await listOf(path)) === JSON.stringify(expected)) return
  }
  expect(await listOf(path), origin.process.log()).toEqual(expected)
}

const dnfSources = {
  mirrorlist: () => `${origin.url}/mirrorlist/yum`,
  metalink: () => `${origin.url}/metalink/yum`,
  baseurl: () => `${origin.url}/r/yum/`,
} as const

test.each(Object.entries(dnfSources))('dnf installs through %s', async (by, url) => {
  const dnf = await dnfClient(lab, { url: url(), by: by as keyof typeof dnfSources })
  await dnf.makecache()
  await dnf.install(installableRpm.name)
  expect((await dnf.installed()).get(installableRpm.name)).toBe(yum.packages().get(installableRpm.name)?.version)
})

test.each([
  ['a list of mirrors', () => `mirror+${origin.url}/mirrorlist/deb`],
  ['redirects', () => `${origin.url}/r/deb`],
])('apt installs through %s', async (_, url) => {
  const { suite, keyring } = deb
  const apt = await aptClient(lab, { url: url(), suite, keyring })
  await apt.update()
  await apt.install(installableDeb.name)
  expect((await apt.installed()).get(installableDeb.name)).toBe(deb.packages().get(installableDeb.name)?.version)
})

test('a metalink names the metadata now and one snapshot back, and the mirrors that have either', async () => {
  const text = await (await fetch(`${origin.url}/metalink/yum`)).text()
  expect(text.match(/<hash type="sha256">/g)).toHaveLength(2)
  expect(text).toContain('<mm0:alternate>')
  expect([...text.matchAll(/>(http[^<]*)<\/url>/g)].map(([, url]) => url)).toEqual(
    expect.arrayContaining([`${agent.url}/yum/repodata/repomd.xml`]),
  )
  expect((await fetch(`${origin.url}/metalink/yum/no/such`)).status).toBe(404)
  expect((await fetch(`${origin.url}/mirrorlist/nothing`)).status).toBe(404)
  // names are bytes, and %ff alone is not UTF-8
  expect((await fetch(`${origin.url}/metalink/yum/%ff/`)).status).toBe(404)
  for (const path of ['%zz', 'a//b', '%00', 'a%5Cb', '%ff%2f'])
    expect([path, (await fetch(`${origin.url}/metalink/yum/${path}`)).status]).toEqual([path, 400])
  expect((await fetch(`${origin.url}/r/yum/a%2f..%2f..%2fb`)).status).toBe(400)
})

test('statistics and metrics tell the state of each mirror, and why', async () => {
  const { publicMirrors } = (await (await fetch(`${origin.url}/stats.json`)).json()) as StatsDocument
  const states = Object.fromEntries(publicMirrors.map(({ url, state }) => [url, state]))
  expect(states).toMatchObject({ [`${agent.url}/yum/`]: 'fresh', [new URL('yum/', behind).href]: 'previous' })
  expect(Object.values(states).sort()).toEqual([
    'dead',
    'dead',
    'fresh',
    'fresh',
    'previous',
    'previous',
    'wrong',
    'wrong',
  ])
  for (const { state, why } of publicMirrors) expect([state, why === '']).toEqual([state, state === 'fresh'])
  const text = await (await fetch(`${origin.url}/metrics`)).text()
  const of = (state: string) =>
    `repocast_public_mirror_state{repository="yum",url="${agent.url}/yum/",state="${state}"}`
  for (const line of [`${of('fresh')} 1`, `${of('stale')} 0`]) expect(text.split('\n')).toContain(line)
})

test('where no mirror will do, clients are told when to come again', async () => {
  await origin.publish('lonely', lab.newDirectory('lonely'))
  await waitForList('lonely', ['503'])
  const refused = await fetch(`${origin.url}/r/lonely/file`, { redirect: 'manual' })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '20'])
})

test('a mirror that dies leaves the lists, and comes back by itself', async () => {
  await agent.process.stop()
  // for a while the snapshot before is better than nothing
  await waitForList('yum', [new URL('yum/', behind).href])
  await agent.restart()
  await waitForList('yum/repodata', [`${agent.url}/yum/repodata/`])
})
