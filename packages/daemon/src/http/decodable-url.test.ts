import { silentLogger } from '@repocast/errors'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { decodableUrl } from './decodable-url.ts'
import { createHttpServer } from './server.ts'

test.each([
  ['/a%20b/%c3%bc?x=%41', '/a%20b/%c3%bc?x=%41'],
  ['/%ff/a', '/%25ff/a'],
  ['/announce?info_hash=%ff%', '/announce?info_hash=%ff%'],
  ['/%ff?%ff', '/%25ff?%ff'],
  ['/%c3%bc%c3/100%', '/%25c3%25bc%25c3/100%25'],
])('%s can be decoded as %s', (url, expected) => {
  expect(decodableUrl(url)).toBe(expected)
  expect(() => decodeURIComponent(expected.replace(/[?].*/, ''))).not.toThrow()
})

test('a server finds nothing under bytes that are no UTF-8, and tells a route what was asked', async () => {
  const options = { logger: silentLogger, metrics: new Registry(), trustedProxies: [], isReady: () => true as const }
  const server = createHttpServer(options)
  server.get('/files/*', async request => request.originalUrl)
  const nothing = await server.inject('/%ff')
  expect([nothing.statusCode, nothing.json()]).toMatchObject([404, { error: { code: 'REPOCAST_HTTP_NOT_FOUND' } }])
  expect((await server.inject('/files/%ff')).body).toBe('/files/%ff')
  await server.close()
})
