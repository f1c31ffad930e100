import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { silentLogger } from '@repocast/errors'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadPages, servePages } from './pages.ts'
import { createHttpServer } from './server.ts'
import { tokenGuard } from './token.ts'
import { zipAnswers } from './zip-answers.ts'

const directory = mkdtempSync(join(tmpdir(), 'repocast-pages-'))
const options = { logger: silentLogger, metrics: new Registry(), trustedProxies: [], isReady: () => true as const }
const server = createHttpServer(options)
const long = { text: 'long '.repeat(10_000) }

beforeAll(async () => {
  mkdirSync(join(directory, '_assets'))
  writeFileSync(join(directory, 'index.html'), '<p>page</p>')
  writeFileSync(join(directory, 'secret.txt'), 'no page')
  writeFileSync(join(directory, '_assets', 'a.js'), 'script()')
  const pages = await loadPages(directory)
  if (!pages) throw new Error('they are there')
  servePages(server, pages, 'index.html')
  server.get('/long.json', { onSend: zipAnswers }, async () => long)
  server.get('/short.json', { onSend: zipAnswers }, async () => ({ text: 'short' }))
  server.get('/guarded', { onRequest: tokenGuard('the-token') }, async () => ({ seen: true }))
})
afterAll(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

test('pages that were not built are none', async () => {
  expect(await loadPages(join(directory, 'nothing'))).toBeUndefined()
})

test('the page and its assets go out, packed for those who accept it, and nothing else does', async () => {
  const packed = await server.inject({ url: '/', headers: { 'accept-encoding': 'br, gzip' } })
  expect(gunzipSync(packed.rawPayload).toString()).toBe('<p>page</p>')
  expect(packed.headers['content-security-policy']).not.toContain('unsafe')
  const asset = await server.inject('/_assets/a.js')
  expect([asset.body, asset.headers['cache-control']]).toEqual(['script()', 'max-age=31536000, immutable'])
  for (const url of ['/secret.txt', '/_assets/..%2fsecret.txt', '/_assets/../secret.txt', '/_assets/b.js'])
    expect((await server.inject(url)).statusCode).toBe(404)
})

test('long answers are packed for those who accept it, short ones never', async () => {
  const headers = { 'accept-encoding': 'gzip' }
  const packed = await server.inject({ url: '/long.json', headers })
  expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': `${packed.rawPayload.length}` })
  expect(JSON.parse(gunzipSync(packed.rawPayload).toString())).toEqual(long)
  expect((await server.inject('/long.json')).json()).toEqual(long)
  expect((await server.inject({ url: '/short.json', headers })).json()).toEqual({ text: 'short' })
})

test.each([
  [undefined, 401],
  ['Bearer the-token', 200],
  ['bearer the-token', 200],
  ['Bearer the-token2', 401],
  [`Basic ${btoa('anybody:the-token')}`, 200],
  [`Basic ${btoa('the-token:')}`, 401],
  ['Digest the-token', 401],
])('with %s a guarded page answers %i', async (authorization, status) => {
  const answer = await server.inject({ url: '/guarded', headers: authorization ? { authorization } : {} })
  expect(answer.statusCode).toBe(status)
  if (status === 401) expect(answer.json().error.code).toBe('REPOCAST_HTTP_TOKEN_NEEDED')
})
