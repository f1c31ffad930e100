import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { retryPauseSeconds } from './backoff.ts'
import { loadWebhookSecrets, WebhookSecret } from './secret.ts'
import { sendWebhook, webhookName, webhookUrlPattern } from './send.ts'
import { newMessageId, signatureHeaders } from './signature.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-webhooks-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' }
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

test('the signature is that of the vectors of the Standard Webhooks libraries', async () => {
  const secrets = await loadWebhookSecrets('env:SECRET', { SECRET: secret })
  expect(signatureHeaders(message, new Date(1_614_265_330_999), secrets)).toEqual({
    'webhook-id': message.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('while a secret is changed there is a signature by each', () => {
  const secrets = [1, 2].map(byte => new WebhookSecret(Buffer.alloc(32, byte)))
  const { 'webhook-signature': signature } = signatureHeaders(message, new Date(), secrets)
  expect(signature).toMatch(/^v1,[\w+/]{43}= v1,[\w+/]{43}=$/)
  expect(signatureHeaders(message, new Date(), [])).not.toHaveProperty('webhook-signature')
})

test('ids are never the same', () => {
  expect(newMessageId()).toMatch(/^msg_[0-9a-f]{32}$/)
  expect(newMessageId()).not.toBe(newMessageId())
})

describe('a secret', () => {
  test('comes from a file, and shows nowhere', async () => {
    const path = join(directory, 'secret')
    writeFileSync(path, `${secret}\n\n${secret}\n`)
    const secrets = await loadWebhookSecrets(path, {})
    expect(secrets).toHaveLength(2)
    expect(secrets[0]?.key.toString('base64')).toBe(secret.slice('whsec_'.length))
    expect(`${JSON.stringify(secrets)}${inspect(secrets)}`).not.toMatch(/MfKQ|31 f2/)
  })

  test.each(['', '\n', 'hunter2', 'whsec_', 'whsec_c2hvcnQ=', `whsec_${'A'.repeat(400)}`, `${secret}!`])(
    'that is %j is refused, and not told',
    async text => {
      const loading = loadWebhookSecrets('env:SECRET', { SECRET: text })
      await expect(loading).rejects.toMatchObject({ code: 'REPOCAST_WEBHOOK_SECRET_UNUSABLE' })
      const words = text.trim()
      if (words !== '' && words !== 'whsec_') await expect(loading).rejects.not.toThrow(words)
    },
  )

  test('that is not there is told', async () => {
    await expect(loadWebhookSecrets('env:NONE', {})).rejects.toThrow(/env:NONE, is not set/)
    await expect(loadWebhookSecrets(join(directory, 'none'), {})).rejects.toThrow(/cannot be read \(ENOENT\)/)
  })
})

test('waits grow to an hour, and are no shorter than was asked for', () => {
  const refused = { kind: 'refused', why: '' } as const
  const pauses = [1, 2, 13, 2000].map(count => retryPauseSeconds(refused, count, () => 1))
  expect(pauses).toEqual([1, 2, 3600, 3600])
  const busy = (retryAfterSeconds: number) => ({ kind: 'unavailable', why: '', retryAfterSeconds }) as const
  expect([30, 9000].map(asked => retryPauseSeconds(busy(asked), 1, () => 1))).toEqual([30, 3600])
})

test.each([
  ['https://hooks.example/x?token=1', true],
  ['http://127.0.0.1:8080', true],
  ['https://user:word@hooks.example/', false],
  ['ftp://hooks.example/', false],
])('the address %s is one: %s', (url, is) => expect(new RegExp(webhookUrlPattern).test(url)).toBe(is))

describe('sending', () => {
  async function send(listener: RequestListener, timeoutSeconds = 15, signal = new AbortController().signal) {
    const server = createServer(listener)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a?b`
      const options = {
        fetch: globalThis.fetch,
        clock: () => new Date(),
        program: 'repocast/1',
        timeoutSeconds,
        signal,
      }
      return await sendWebhook({ url, secrets: [new WebhookSecret(Buffer.alloc(32))] }, message, options)
    } finally {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }

  test('is one POST with body and headers', async () => {
    let seen = ''
    const outcome = await send(async (request, response) => {
      const { method, url, headers } = request
      seen = `${method} ${url} ${headers['content-type']} ${headers['webhook-id']} ${headers['user-agent']} `
      for await (const chunk of request) seen += String(chunk)
      response.writeHead(202).end('thanks')
    })
    expect(outcome).toEqual({ kind: 'accepted' })
    expect(seen).toBe(`POST /a?b application/json ${message.id} repocast/1 ${message.body}`)
  })

  test.each([
    [301, 'refused'],
    [400, 'refused'],
    [410, 'refused'],
    [408, 'unavailable'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ])('status %s is %s', async (status, kind) => {
    let requests = 0
    const outcome = await send((_, response) => {
      requests += 1
      response.writeHead(status, { location: '/elsewhere', 'retry-after': '30' }).end()
    })
    expect(outcome).toMatchObject({ kind, why: expect.stringContaining(String(status)) })
    if (outcome.kind === 'unavailable') expect(outcome.retryAfterSeconds).toBe(30)
    expect(requests).toBe(1)
  })

  test('tells who does not answer, or is not there', async () => {
    expect(await send(() => {}, 0.05)).toEqual({ kind: 'unavailable', why: 'it does not answer within 0.05 s' })
    const options = {
      fetch: globalThis.fetch,
      clock: () => new Date(),
      program: 'x',
      signal: AbortSignal.timeout(9000),
    }
    const closed = await sendWebhook({ url: 'http://127.0.0.1:1/', secrets: [] }, message, options)
    expect(closed).toMatchObject({ kind: 'unavailable', why: expect.stringContaining('it cannot be reached') })
  })

  test('ends by the signal', async () => {
    const stop = new AbortController()
    await expect(send(() => stop.abort(new Error('enough')), 15, stop.signal)).rejects.toThrow('enough')
  })
})

test('logs name the host, not what may be a token', () => {
  expect(webhookName({ url: 'https://hooks.example:8443/services/T0KEN' })).toBe('hooks.example:8443')
})
