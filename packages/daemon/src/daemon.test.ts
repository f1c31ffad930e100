import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RepocastError, silentLogger } from '@repocast/errors'
import Type from 'typebox'
import { describe, expect, test } from 'vitest'
import {
  checkSettings,
  createHttpServer,
  EventStream,
  formatBytes,
  formatDuration,
  LifeCycle,
  listen,
  parseConfiguration,
  parseDuration,
  parseListen,
  Registry,
  sampleConfiguration,
} from './index.ts'

const schema = Type.Object(
  {
    listen: Type.String({ default: '0.0.0.0:8080', description: 'Address and port for HTTP.' }),
    url: Type.Optional(
      Type.String({ pattern: '^https?://', examples: ['http://example.org'], description: 'Address.' }),
    ),
    'peer-port': Type.Integer({ minimum: 0, maximum: 65_535, default: 6881, description: 'Port for peers.' }),
    tracker: Type.Object(
      { interval: Type.Integer({ default: 120, description: 'Seconds.' }) },
      { additionalProperties: false, description: 'The tracker.' },
    ),
    repositories: Type.Array(Type.Object({ link: Type.String() }, { additionalProperties: false }), {
      default: [],
      description: 'What to follow.',
    }),
  },
  { additionalProperties: false },
)

describe('configuration', () => {
  const parse = (text: string, environment = {}) => parseConfiguration(schema, text, 'x.yaml', environment)

  test('defaults stand where the file is silent, and the environment overrides', () => {
    expect(parse('')).toEqual({
      listen: '0.0.0.0:8080',
      'peer-port': 6881,
      tracker: { interval: 120 },
      repositories: [],
    })
    expect(parse('peer-port: 1', { REPOCAST_PEER_PORT: '7000' })['peer-port']).toBe(7000)
  })

  test.each([
    ['listen: x\npeer-prot: 1', 'x.yaml:2: there is no key `peer-prot`', 'did you mean `peer-port`?'],
    ['peer-port: 70000', 'x.yaml:1: `peer-port` must be <= 65535', 'Port for peers. For example: 6881'],
    ['\nurl: foo', 'x.yaml:2: `url` cannot be "foo"', 'Address. For example: http://example.org'],
    ['\n\npeer-port: many', 'x.yaml:3: `peer-port` must be integer', undefined],
    ['repositories:\n  - link: a\n  - lnk: b', 'x.yaml:3: ', undefined],
    ['tracker:\n  intervall: 3', 'x.yaml:2: there is no key `tracker.intervall`', 'did you mean `interval`?'],
    ['a: [', 'x.yaml:1', undefined],
  ])('%j is refused with its place', (text, message, hint) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({
        code: 'REPOCAST_CONFIGURATION_WRONG',
        message: expect.stringContaining(message),
        ...(hint && { hint }),
      }),
    )
  })

  test('settings of a command line are refused without a line', () => {
    expect(() => checkSettings(schema, { url: 'foo' }, 'the options')).toThrow(
      expect.objectContaining({ code: 'REPOCAST_CONFIGURATION_WRONG', message: 'the options: `url` cannot be "foo"' }),
    )
    expect(checkSettings(schema, { 'peer-port': 1 }, 'the options')).toEqual(parse('peer-port: 1'))
  })

  test('the sample explains every key and reads as the defaults', () => {
    const sample = sampleConfiguration(schema, 'A sample.')
    expect(sample).toContain('# Address and port for HTTP.\nlisten: 0.0.0.0:8080')
    expect(parse(sample)).toEqual(parse(''))
    const given = parse(sampleConfiguration(schema, 'A sample.', { 'peer-port': 1, tracker: { interval: 60 } }))
    expect(given).toEqual({ ...parse(''), 'peer-port': 1, tracker: { interval: 60 } })
  })
})

describe('the HTTP server', () => {
  const make = (isReady: () => true | string = () => true) =>
    createHttpServer({ logger: silentLogger, metrics: new Registry(), trustedProxies: [], isReady })

  test('errors have one form and a fitting status', async () => {
    const server = make()
    server.get('/typed', () => {
      throw new RepocastError('REPOCAST_PACK_UNKNOWN', { message: 'no such pack', hint: 'look elsewhere' })
    })
    server.get('/mistake', () => {
      throw new Error('secret detail')
    })
    const typed = await server.inject('/typed')
    expect(typed.statusCode).toBe(404)
    expect(typed.json()).toEqual({
      error: { code: 'REPOCAST_PACK_UNKNOWN', message: 'no such pack', hint: 'look elsewhere' },
    })
    const mistake = await server.inject('/mistake')
    expect(mistake.statusCode).toBe(500)
    expect(mistake.body).not.toContain('secret')
    expect((await server.inject('/nothing')).json().error.code).toBe('REPOCAST_HTTP_NOT_FOUND')
    expect(typed.headers['x-content-type-options']).toBe('nosniff')
  })

  test('health, readiness and metrics', async () => {
    const server = make(() => 'not yet')
    expect((await server.inject('/healthz')).statusCode).toBe(200)
    expect((await server.inject('/readyz')).statusCode).toBe(503)
    expect((await server.inject('/metrics')).body).toContain('process_cpu_seconds_total')
  })

  test('a port that is taken is told with what to do', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const server = make()
    await expect(listen(server, '127.0.0.1', (holder.address() as AddressInfo).port)).rejects.toMatchObject({
      code: 'REPOCAST_HTTP_CANNOT_LISTEN',
      hint: expect.stringContaining('another program'),
    })
    holder.close()
  })

  test('events reach who listens, and a close ends the stream', async () => {
    const server = make()
    const events = new EventStream()
    server.get('/events', (_request, reply) => events.add(reply))
    await listen(server, '127.0.0.1', 0)
    const { port } = server.server.address() as AddressInfo
    const response = await new Promise<IncomingMessage>(resolve => get({ port, path: '/events' }, resolve))
    response.setEncoding('utf8')
    let text = ''
    response.on('data', chunk => (text += chunk))
    await once(response, 'data')
    events.send('published', { serial: 3 })
    events.close()
    await once(response, 'end')
    expect(text).toContain('event: published\ndata: {"serial":3}\n\n')
    await server.close()
  })
})

test('parts end in reverse order, and one that fails does not keep the others', async () => {
  const ended: string[] = []
  const life = new LifeCycle(silentLogger)
  life.onEnd('first', () => ended.push('first'))
  life.onEnd('second', () => Promise.reject(new Error('no')))
  life.onEnd('third', () => ended.push('third'))
  await life.end()
  await life.end()
  expect(ended).toEqual(['third', 'first'])
})

test('quantities', () => {
  expect(['90', '90s', '10m', '48h', '7d'].map(parseDuration)).toEqual([90, 90, 600, 172_800, 604_800])
  expect(() => parseDuration('soon')).toThrow(expect.objectContaining({ code: 'REPOCAST_QUANTITY_MALFORMED' }))
  expect([0, 1023, 1536, 5 * 1024 ** 3].map(formatBytes)).toEqual(['0 B', '1023 B', '1.50 KiB', '5.00 GiB'])
  expect([5, 200, 7260].map(formatDuration)).toEqual(['5 s', '3 min 20 s', '2 h 1 min'])
  expect(parseListen('[::1]:80')).toEqual({ host: '::1', port: 80 })
  expect(() => parseListen('80')).toThrow()
})
