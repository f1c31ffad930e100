import { createHttpServer, Registry } from '@repocast/daemon'
import { silentLogger } from '@repocast/errors'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ClientLimit } from './client-limit.ts'

const clock = { now: Date.parse('2026-01-01T00:00:00Z') }
let limit: ClientLimit
let server: ReturnType<typeof createHttpServer>
beforeEach(() => {
  limit = new ClientLimit({ requestsPerSecond: 2, requestBurst: 5, clock: () => new Date(clock.now) })
  const parts = { logger: silentLogger, metrics: new Registry(), isReady: () => true as const }
  server = createHttpServer({ ...parts, limit, trustedProxies: ['192.0.2.1', '127.0.0.1'] })
  for (const path of ['/page', '/announce', '/packs/1']) server.get(path, async () => 'here')
})
afterEach(async () => await server.close())

/** How many of `count` requests are answered. */
async function answered(count: number, path: string, remoteAddress: string, forwarded?: string): Promise<number> {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  let answers = 0
  for (let k = 0; k < count; k += 1) {
    const { statusCode } = await server.inject({ path, remoteAddress, headers })
    if (statusCode === 200) answers += 1
    else expect(statusCode).toBe(429)
  }
  return answers
}

test('an address that asks too often waits, and others do not wait with it', async () => {
  expect(await answered(8, '/page', '198.51.100.1')).toBe(5)
  expect(limit.refused).toBe(3)
  expect(await answered(1, '/page', '198.51.100.2')).toBe(1)
  expect(await answered(8, '/page', '2001:db8::1')).toBe(5)
  expect(await answered(1, '/page', '2001:db8::2')).toBe(0)
  clock.now += 1000
  expect(await answered(8, '/page', '198.51.100.1')).toBe(2)
  const refused = await server.inject({ path: '/page', remoteAddress: '198.51.100.1' })
  expect(refused.headers).toMatchObject({ 'retry-after': '1', 'x-content-type-options': 'nosniff' })
  expect(refused.json()).toMatchObject({ error: { code: 'REPOCAST_HTTP_TOO_OFTEN' } })
})

test('what has limits of its own is not counted, nor is this host', async () => {
  for (const path of ['/announce', '/packs/1', '/healthz']) expect(await answered(9, path, '198.51.100.1')).toBe(9)
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) expect(await answered(9, '/page', address)).toBe(9)
})

test('behind a trusted proxy its clients are counted; who is not trusted cannot choose an address', async () => {
  expect(await answered(8, '/page', '192.0.2.1', '198.51.100.7')).toBe(5)
  expect(await answered(8, '/page', '192.0.2.1', '198.51.100.8')).toBe(5)
  expect(await answered(8, '/page', '127.0.0.1', '198.51.100.9')).toBe(5)
  for (const [k, forwarded] of ['127.0.0.1', '198.51.100.50', '::1', 'x', '1.2.3.4', '5.6.7.8'].entries())
    expect(await answered(1, '/page', '198.51.100.77', forwarded)).toBe(k < 5 ? 1 : 0)
})
