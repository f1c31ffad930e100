import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AgentStatus, Notification, type NotificationType, signReport } from '@repocast/api'
import { Errors } from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LabOrigin, startAgent, startOrigin } from '../lab/deployment.ts'
import {
  type Lab,
  openLab,
  plainTree,
  type ReceivedEvent,
  tryRepocast,
  type WebhookReceiver,
  webhookReceiver,
} from '../lab/index.ts'

const token = 'a-token-in-the-address'
const headers = { authorization: 'Bearer a-token-for-statistics' }
let lab: Lab
let receiver: WebhookReceiver
let origin: LabOrigin
let tree = ''

beforeAll(async () => {
  lab = openLab('notifications')
  receiver = await webhookReceiver(lab)
  const secret = join(lab.newDirectory('secret'), 'webhook.secret')
  writeFileSync(secret, `${receiver.secret}\n`, { mode: 0o600 })
  const webhooks = [{ url: `${receiver.url}/${token}`, secret }]
  const notifications = { webhooks, 'lag-after': '1s', 'gone-after': '6s', 'disk-low': '5%' }
  origin = await startOrigin(lab, { settings: { notifications, 'statistics-token': 'a-token-for-statistics' } })
  tree = lab.newDirectory('tree')
  await plainTree(tree, { seed: 1, files: 5, directories: 1, bytes: 2000 })
})
afterAll(async () => await lab.close())

/** The first event of a type from the `since`th on, when it has come. */
async function waitForEvent(type: NotificationType, isIt: (event: ReceivedEvent) => boolean = () => true, since = 0) {
  const found = () => receiver.events.slice(since).find(event => event.type === type && isIt(event))
  await expect.poll(found, { timeout: 60_000, interval: 100, message: origin.process.log() }).toBeDefined()
  return found() as ReceivedEvent
}

/** Names of the mirrors that the origin knows. */
async function reported(): Promise<string[]> {
  const response = await fetch(`${origin.url}/stats.json`, { headers })
  return ((await response.json()) as { mirrors: { name: string }[] }).mirrors.map(({ name }) => name)
}

function change(content: string): void {
  writeFileSync(join(tree, 'changed'), content)
}

test('what is published is told, although the receiver fails twice and the origin is killed in between', async () => {
  receiver.refuse(2)
  await origin.publish('things', tree)
  await expect.poll(() => receiver.refused.length, { timeout: 30_000, interval: 20 }).toBeGreaterThan(0)
  await origin.process.kill()
  await origin.restart()
  const event = await waitForEvent('snapshot.published')
  expect(event.data).toMatchObject({ repository: 'things', serial: 1, kind: 'plain' })
  expect(new Set(receiver.refused)).toEqual(new Set([event.id]))
  expect(receiver.refused).toHaveLength(2)
  expect(receiver.events.filter(({ id }) => id === event.id)).toHaveLength(1)
})

test('what happens while the daemon is off is told when it is back, once', async () => {
  await origin.process.kill()
  const broken = lab.newDirectory('broken')
  mkdirSync(join(broken, 'repodata'))
  writeFileSync(join(broken, 'repodata/repomd.xml'), 'this is no XML')
  for (let tries = 0; tries < 2; tries += 1) {
    expect((await tryRepocast(['origin', 'publish', 'broken', broken, '--data', origin.data])).exitCode).not.toBe(0)
  }
  change('two')
  await origin.publish('things', tree)
  await origin.restart()
  await waitForEvent('snapshot.published', ({ data }) => data.serial === 2)
  const { data } = await waitForEvent('check.failed')
  expect(data).toMatchObject({ repository: 'broken', code: 'REPOCAST_CHECK_FAILED' })
  expect((data as { findings: object[] }).findings[0]).toMatchObject({ severity: 'error', path: 'repodata/repomd.xml' })
  expect(receiver.events.filter(({ type }) => type === 'check.failed')).toHaveLength(1)
})

test('a mirror that dies is gone, and is back when it reports again', async () => {
  const agent = await startAgent(lab, { things: await origin.link('things') }, { name: 'mirror-that-dies' })
  const isIt = ({ data }: ReceivedEvent) => (data.mirror as { name?: string } | null)?.name === 'mirror-that-dies'
  await expect.poll(reported, { timeout: 60_000, interval: 100 }).toContain('mirror-that-dies')
  await agent.process.kill()
  await waitForEvent('mirror.gone', isIt)
  const since = receiver.events.length
  await agent.restart()
  await waitForEvent('mirror.back', isIt, since)
  await agent.process.kill()
})

test('a mirror that is behind lags once and recovers; so does its disk', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const report = async (serial: number, freeBytes: number): Promise<void> => {
    const signed = signReport(statusOf(serial, freeBytes), privateKey)
    const response = await fetch(`${origin.url}/reports`, { method: 'POST', ...signed })
    expect(response.status).toBe(204)
  }
  /** Reports until all these events have come. */
  const reportUntil = async (serial: number, freeBytes: number, ...types: NotificationType[]): Promise<void> => {
    const come = async (): Promise<NotificationType[]> => {
      await report(serial, freeBytes)
      return types.filter(type => ofIt(type).length > 0)
    }
    await expect.poll(come, { timeout: 60_000, interval: 500, message: origin.process.log() }).toEqual(types)
  }
  const ofIt = (type: NotificationType) =>
    receiver.events.filter(one => one.type === type && (one.data.mirror as { name?: string } | null)?.name === 'made')
  await reportUntil(1, 10, 'mirror.lagging', 'disk.low')
  expect(ofIt('mirror.lagging')[0]?.data).toMatchObject({
    repository: 'things',
    serial: 1,
    newestSerial: 2,
    lagSerials: 1,
  })
  await reportUntil(2, 900, 'mirror.recovered', 'disk.recovered')
  for (const type of ['mirror.lagging', 'disk.low', 'mirror.recovered', 'disk.recovered'] as const)
    expect([type, ofIt(type).length]).toEqual([type, 1])
})

test('webhooks can be tested from the command line', async () => {
  const notify = async (...more: string[]) => await tryRepocast(['origin', 'notify', '--data', origin.data, ...more])
  expect(await notify('--test')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('accepted') })
  await waitForEvent('test')
  receiver.refuse(1)
  const refused = await notify('--test')
  expect(refused).toMatchObject({ stderr: expect.stringContaining('REPOCAST_WEBHOOK_FAILED') })
  expect([refused.exitCode === 0, refused.stdout]).toEqual([false, expect.stringContaining('status 503')])
  const { stdout } = await notify('--json')
  expect(JSON.parse(stdout)).toMatchObject([{ isSigned: true, waiting: 0, lost: 0 }])
})

test('every event was signed, and is what its schema says', () => {
  expect(receiver.unsigned).toBe(0)
  for (const { type, body } of receiver.events) {
    expect([type, ...Errors(Notification[type as NotificationType], body)]).toEqual([type])
  }
})

test('metrics tell what was sent, and neither they nor the log tell a secret', async () => {
  const text = await (await fetch(`${origin.url}/metrics`, { headers })).text()
  const webhook = new URL(receiver.url).host
  const accepted = new RegExp(`repocast_notification_requests_total\\{webhook="${webhook}",result="accepted"\\} (\\d+)`)
  expect(Number(accepted.exec(text)?.[1])).toBeGreaterThan(5)
  expect(text).toContain(`repocast_notifications_waiting{webhook="${webhook}"} 0`)
  for (const secret of [token, receiver.secret, receiver.secret.slice(6, 20), 'a-token-for-statistics']) {
    expect(text).not.toContain(secret)
    expect(origin.process.log()).not.toContain(secret)
  }
})

function statusOf(serial: number, freeBytes: number): AgentStatus {
  const time = new Date().toISOString()
  const none = { downloadedBytes: 0, uploadedBytes: 0, fromMirrorsBytes: 0, fromOriginBytes: 0, fromWebSeedBytes: 0 }
  return {
    ...{ format: 'repocast agent status', version: 1, program: '0', name: 'made', time, started: time },
    ...{ publicUrl: null, peerId: '0'.repeat(40), ...none, downloadRate: 0, uploadRate: 0, peers: 0, packs: [] },
    repositories: [
      {
        ...{ name: 'things', state: 'current', serial, newestSerial: 2, bytesDone: 0, bytesWanted: 0 },
        ...{ swapped: null, error: null },
      },
    ],
    disk: { freeBytes, totalBytes: 1000 },
  }
}
