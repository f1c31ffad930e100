import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { originOperations } from '@repocast/api'
import { Check, Errors } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { openPage } from '../lab/browser.ts'
import { type LabOrigin, startAgent, startOrigin } from '../lab/deployment.ts'
import { cacheDirectory, checkout, type Lab, openLab, plainTree, runCommand } from '../lab/index.ts'

let lab: Lab
let origin: LabOrigin
let infoHash = ''
beforeAll(async () => {
  lab = openLab('statistics')
  origin = await startOrigin(lab)
  const tree = lab.newDirectory('tree')
  await plainTree(tree, { seed: 1, files: 20, directories: 3, bytes: 5000 })
  infoHash = (await origin.publish('things', tree)).packs[0]?.infoHash ?? ''
  const agent = await startAgent(lab, { things: await origin.link('things') }, { name: 'mirror-one' })
  await agent.waitForSerial('things', 1)
  // Its report comes a moment later.
  while ((await mirrors())[0]?.repositories[0]?.serial !== 1) await sleep(100)
})
afterAll(async () => await lab.close())

const get = async (path: string, headers = {}) => await fetch(origin.url + path, { headers })
const json = async (path: string) => (await (await get(path)).json()) as Record<string, unknown>

async function mirrors(): Promise<{ id: string; repositories: { serial: number }[] }[]> {
  return (await json('/stats.json')).mirrors as never
}

async function filledIn(path: string): Promise<string> {
  const [mirror] = await mirrors()
  return path
    .replace('{name}', 'things')
    .replace('{id}', mirror?.id ?? '')
    .replace('{infoHash}', infoHash)
}

describe('what an origin answers is what its OpenAPI document says', () => {
  test.each(Object.entries(originOperations))('%s', async (path, { answer }) => {
    const abort = new AbortController()
    const response = await fetch(origin.url + (await filledIn(path)), { signal: abort.signal })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain(answer.type)
    if (answer.type === 'application/json') {
      const document: unknown = await response.json()
      expect([...Errors(answer.schema, document)]).toEqual([])
      expect(Check(answer.schema, document)).toBe(true)
    }
    abort.abort()
  })

  test('/openapi.json', async () => {
    const document = await json('/openapi.json')
    expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: origin.url }] })
    expect(Object.keys(document.paths as object)).toEqual([...Object.keys(originOperations), '/reports'])
  })
})

test('what is not there is told as such', async () => {
  for (const path of [
    '/repositories/other.json',
    `/mirrors/${'0'.repeat(32)}.json`,
    `/swarms/${'0'.repeat(40)}.json`,
  ]) {
    const response = await get(path)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: { code: expect.stringMatching(/^REPOCAST_.*_UNKNOWN$/) } })
  }
})

describe('monitoring', () => {
  const folder = join(checkout, 'deploy/monitoring')
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const metricsIn = (text: string) => [...new Set(text.match(/\brepocast_[a-z_]+/g))].sort()

  test('alerts and panels ask for metrics that there are', async () => {
    const agent = await startAgent(lab, {}, { name: 'mirror-two' })
    const texts = [await (await get('/metrics')).text(), await (await fetch(`${agent.url}/metrics`)).text()]
    const known = metricsIn(texts.join('\n').replace(/^(?!# TYPE).*$/gm, ''))
    const rules = parse(read('alerts.yml')) as { groups: { rules: { expr: string }[] }[] }
    const panels = (JSON.parse(read('grafana-dashboard.json')) as { panels: { targets: { expr: string }[] }[] }).panels
    const asked = [
      ...rules.groups.flatMap(group => group.rules.map(rule => rule.expr)),
      ...panels.flatMap(panel => panel.targets.map(target => target.expr)),
    ]
    expect(asked.length).toBeGreaterThan(15)
    expect(known).toEqual(expect.arrayContaining(metricsIn(asked.join('\n'))))
  })

  test('metrics follow the conventions: a help text, base units, _total for counters', async () => {
    const text = await (await get('/metrics')).text()
    const types = [...text.matchAll(/^# TYPE (repocast_\S+) (\S+)$/gm)]
    expect(types.length).toBeGreaterThan(20)
    for (const [, name = '', type] of types) {
      expect(text).toContain(`# HELP ${name} `)
      expect([name, type === 'counter']).toEqual([name, name.endsWith('_total')])
      expect(name).not.toMatch(/_(milliseconds|ms|minutes|kib|mib|percent)\b/)
    }
    expect(text).toContain('repocast_publishes_total{repository="things",result="published"} 1')
    expect(text).toMatch(/repocast_mirror_lag_serials\{mirror="mirror-one",id="[0-9a-f]{32}",repository="things"\} 0/)
  })

  const fetched = join(cacheDirectory, 'promtool/promtool')
  const promtool = existsSync(fetched) ? fetched : 'promtool'
  const hasPromtool = (() => {
    try {
      return execFileSync(promtool, ['--version']).length > 0
    } catch {
      return false
    }
  })()
  test.skipIf(!hasPromtool && process.env.CI !== 'true')('promtool finds nothing wrong', async () => {
    await runCommand(promtool, ['check', 'rules', join(folder, 'alerts.yml')])
    const text = await (await get('/metrics')).text()
    execFileSync(promtool, ['check', 'metrics'], { input: text.replace(/^.*\bnodejs_.*\n/gm, '') })
  })
})

describe('with a token only those who have it see the statistics', () => {
  const token = 'a-token-of-some-length'
  let guarded: LabOrigin
  beforeAll(async () => {
    guarded = await startOrigin(lab)
    await guarded.process.stop()
    await runCommand('sed', [
      '-i',
      `s/^# statistics-token: .*/statistics-token: ${token}/`,
      join(guarded.data, 'origin.yaml'),
    ])
    await guarded.restart()
  })
  const basic = `Basic ${Buffer.from(`anybody:${token}`).toString('base64')}`

  const plain = ['/', ...Object.keys(originOperations).filter(path => !path.includes('{'))]
  test.each(plain)('%s', async path => {
    const isGuarded = originOperations[path]?.isGuarded ?? true
    const status = async (authorization?: string) => {
      const response = await fetch(guarded.url + path, { headers: authorization ? { authorization } : {} })
      await response.body?.cancel()
      return response.status
    }
    expect(await status()).toBe(isGuarded ? 401 : 200)
    expect(await status('Bearer something-else')).toBe(isGuarded ? 401 : 200)
    expect(await status(`Bearer ${token}`)).toBe(200)
    expect(await status(basic)).toBe(200)
  })

  test('mirrors need no token', async () => {
    const tree = lab.newDirectory('tree')
    await plainTree(tree, { seed: 2, files: 3, directories: 1, bytes: 100 })
    await guarded.publish('things', tree)
    const agent = await startAgent(lab, { things: await guarded.link('things') }, { name: 'mirror-three' })
    await agent.waitForSerial('things', 1)
  })

  test('a browser shows the dashboard with it', async () => {
    const { page, troubles } = await openPage(lab, { httpCredentials: { username: 'ops', password: token } })
    await page.goto(guarded.url)
    await page.getByRole('status').getByText('live').waitFor()
    expect(await page.content()).not.toContain(token)
    // What the browser sends first has no token, and that is no trouble.
    expect(troubles.filter(trouble => !trouble.includes('401'))).toEqual([])
  })
})

describe('who asks over HTTP', () => {
  let limited: LabOrigin
  beforeAll(async () => {
    const settings = { 'http-limit': { 'requests-per-second': 1, burst: 20 }, 'trusted-proxies': ['127.0.0.1'] }
    limited = await startOrigin(lab, { settings })
  })

  /** Statuses of so many requests that a proxy on this host hands on for a client. */
  async function statuses(count: number, path: string, client: string): Promise<Set<number>> {
    const seen = new Set<number>()
    for (let k = 0; k < count; k += 1) {
      const response = await fetch(limited.url + path, { headers: { 'x-forwarded-for': client } })
      await response.body?.cancel()
      seen.add(response.status)
      if (response.status === 429) expect(response.headers.get('retry-after')).toBe('1')
    }
    return seen
  }

  test('asks only so often, and keeps no others up', async () => {
    expect(await statuses(20, '/stats.json', '192.0.2.1')).toEqual(new Set([200]))
    expect(await statuses(20, '/stats.json', '192.0.2.1')).toContain(429)
    expect(await statuses(5, '/feed/timestamp.json', '192.0.2.1')).toContain(429)
    expect(await statuses(1, '/stats.json', '192.0.2.2')).toEqual(new Set([200]))
    expect(await statuses(30, '/announce', '192.0.2.1')).not.toContain(429)
    expect(await statuses(30, '/healthz', '192.0.2.1')).toEqual(new Set([200]))
    const text = await (await fetch(`${limited.url}/metrics`)).text()
    expect(Number(/^repocast_http_limited_requests_total (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(5)
  })

  test.each(['/', '/stats', '/stats.json', '/feed/timestamp.json', '/nothing', '/metalink/x/%ff/', '/packs/x'])(
    '%s has headers that keep browsers from harm',
    async path => {
      const { headers } = await fetch(limited.url + path)
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    },
  )

  test.each(['/feed/../keys/root.pem', '/feed/%2e%2e/keys/root.pem', '/feed/..%2forigin.yaml', '/_assets/..%2f..%2fx'])(
    '%s leads nowhere',
    async path => {
      // curl does not tidy the path up
      const url = limited.url + path
      const { stdout } = await runCommand('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', '--path-as-is', url])
      expect(['400', '403', '404']).toContain(stdout)
    },
  )
})
