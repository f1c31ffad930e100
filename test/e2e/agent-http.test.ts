import { createHash } from 'node:crypto'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type LabAgent, startAgent, startOrigin } from '../lab/deployment.ts'
import { type Lab, nastyThings, openLab, plainTree, runCommand } from '../lab/index.ts'

async function serve(lab: Lab, source: string, settings: Readonly<Record<string, unknown>> = {}, names = ['tree']) {
  const origin = await startOrigin(lab)
  const links: Record<string, string> = {}
  for (const name of names) {
    await origin.publish(name, source)
    links[name] = await origin.link(name)
  }
  const agent = await startAgent(lab, links, { settings })
  for (const name of names) await agent.waitForSerial(name, 1)
  return { origin, agent }
}

/** Status, headers in lower case, and body, as the real curl gets them. */
async function curl(url: string, ...args: readonly string[]) {
  const { stdout } = await runCommand('curl', ['-sS', '-i', '--max-time', '10', '--path-as-is', ...args, url])
  const end = stdout.indexOf('\r\n\r\n')
  const [first = '', ...lines] = stdout.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map(line => line.split(/: (.*)/s)).map(([k = '', v = '']) => [k.toLowerCase(), v]),
  )
  return { status: Number(first.split(' ')[1]), headers, body: stdout.slice(end + 4) }
}

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

test('wget gets all of a served tree by its listings, whatever bytes its names have', async () => {
  await using lab = openLab('wget')
  const source = lab.newDirectory('source')
  // Links to directories would have wget go round for ever.
  await plainTree(source, {
    seed: 1,
    files: 30,
    directories: 4,
    nasty: nastyThings().filter(thing => thing !== 'links'),
  })
  // These two wget itself writes in another way.
  for (const name of ['%2e%2e', 'x'.repeat(255)]) rmSync(join(source, 'nasty/odd names', name))
  const { agent } = await serve(lab, source)
  const mirrored = lab.newDirectory('mirrored')
  const shape = ['-nH', '--cut-dirs=1', '--restrict-file-names=nocontrol', '--reject', 'index.html*']
  await runCommand(
    'wget',
    ['-q', '-m', '-np', '-e', 'robots=off', '--local-encoding=UTF-8', ...shape, `${agent.url}/tree/`],
    {
      cwd: mirrored,
    },
  )
  await runCommand('diff', ['-r', source, mirrored])
  expect(await (await fetch(`${agent.url}/tree/nasty/odd%20names/`)).text()).toContain('>new\\x0aline<')
})

test('curl is answered as by a web server: ranges, conditions, caching, types, redirects', async () => {
  await using lab = openLab('curl')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 2, files: 10, directories: 2, nasty: ['links', 'empty files'] })
  const text = '0123456789'.repeat(100_000)
  writeFileSync(join(source, 'hello_1.0_all.deb'), text)
  writeFileSync(join(source, 'InRelease'), 'a release')
  const { agent } = await serve(lab, source)
  const url = `${agent.url}/tree`

  const whole = await curl(`${url}/hello_1.0_all.deb`)
  expect(whole).toMatchObject({
    status: 200,
    body: text,
    headers: {
      etag: `"${sha256(text)}"`,
      'content-length': '1000000',
      'content-type': 'application/vnd.debian.binary-package',
      'cache-control': expect.stringContaining('immutable'),
      'accept-ranges': 'bytes',
    },
  })
  const release = await curl(`${url}/./InRelease`)
  expect(release).toMatchObject({ body: 'a release', headers: { 'content-type': 'text/plain; charset=utf-8' } })
  expect(release.headers['cache-control']).toContain('must-revalidate')
  expect(await curl(`${url}/nasty/empty%20files/empty`)).toMatchObject({ status: 200, body: '' })

  const head = await curl(`${url}/hello_1.0_all.deb`, '-I')
  const { date: _, ...wanted } = whole.headers
  expect(head).toMatchObject({ status: 200, body: '', headers: wanted })
  for (const header of [`If-None-Match: ${whole.headers.etag}`, `If-Modified-Since: ${whole.headers['last-modified']}`])
    expect(await curl(`${url}/hello_1.0_all.deb`, '-H', header)).toMatchObject({ status: 304, body: '' })
  expect((await curl(`${url}/InRelease`, '-H', 'If-Match: "x"')).status).toBe(412)

  const range = async (value: string, ...args: string[]) => await curl(`${url}/hello_1.0_all.deb`, '-r', value, ...args)
  expect(await range('3-6')).toMatchObject({
    status: 206,
    body: '3456',
    headers: { 'content-range': 'bytes 3-6/1000000' },
  })
  expect(await range('-5')).toMatchObject({ status: 206, body: '56789' })
  expect((await range('3-6', '-H', 'If-Range: "x"')).status).toBe(200)
  expect((await range('3-6', '-H', `If-Range: ${whole.headers.etag}`)).status).toBe(206)
  expect(await range('1000000-')).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */1000000' } })
  const several = await range('0-1,999998-')
  expect(several).toMatchObject({
    status: 206,
    headers: {
      'content-type': expect.stringContaining('multipart/byteranges'),
      'content-length': `${several.body.length}`,
    },
  })
  expect(several.body.match(/\r\n\r\n(..)\r\n--/g)?.map(part => part.slice(4, 6))).toEqual(['01', '89'])

  expect(await curl(`${url}/nasty?a=b`)).toMatchObject({ status: 301, headers: { location: './nasty/' } })
  expect(await curl(url)).toMatchObject({ status: 301, headers: { location: './tree/' } })
  const { stdout } = await runCommand('curl', ['-sSL', `${url}/nasty`])
  expect(stdout).toContain('<a href="links/">links/</a>')
  expect((await curl(`${url}/nasty/links/to%20file`)).status).toBe(200)
  expect((await curl(`${url}/nasty/links/to%20directory/target/`)).status).toBe(404)
  expect((await curl(`${url}/nasty/links/to%20here/to%20here/`)).body).toContain('to%20file')
  for (const path of ['links/to%20itself', 'links/to%20nothing', 'not/here']) {
    expect((await curl(`${url}/nasty/${path}`)).status).toBe(404)
  }
})

test('a repository that is called feed is served beside the feeds that are given on', async () => {
  await using lab = openLab('called-feed')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 4, files: 5, directories: 1, nasty: ['empty files'] })
  writeFileSync(join(source, 'InRelease'), 'a release')
  const { agent } = await serve(lab, source, {}, ['tree', 'feed'])
  expect(await curl(`${agent.url}/feed/InRelease`)).toMatchObject({ status: 200, body: 'a release' })
  expect(await curl(`${agent.url}/feed/InRelease`, '-I')).toMatchObject({ status: 200, body: '' })
  expect(await curl(`${agent.url}/feed`)).toMatchObject({ status: 301, headers: { location: './feed/' } })
  expect((await curl(`${agent.url}/feed/`)).body).toContain('<a href="nasty/">nasty/</a>')
  expect(await curl(`${agent.url}/feed/nasty/empty%20files/empty`)).toMatchObject({ status: 200, body: '' })
  expect((await curl(`${agent.url}/feed/nasty/`)).body).toContain('<a href="empty%20files/">')
  for (const name of ['tree', 'feed'])
    expect(JSON.parse((await curl(`${agent.url}/feed/${name}/timestamp.json`)).body)).toHaveProperty('signatures')
  expect((await curl(`${agent.url}/feed/not/here`)).status).toBe(404)
})

test('nothing outside of the snapshot is given out, and listings can be turned off', async () => {
  await using lab = openLab('outside')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 3, files: 5, directories: 1 })
  const { agent } = await serve(lab, source, { 'directory-listing': false })
  const url = `${agent.url}/tree`
  writeFileSync(join(lab.directory, 'secret'), 'a secret')
  const served = agent.servedPath('tree')
  symlinkSync(join(lab.directory, 'secret'), join(served, 'absolute'))
  symlinkSync(agent.data, join(served, 'directory'))
  await runCommand('mkfifo', [join(served, 'pipe')])
  for (const path of ['absolute', 'directory/agent.yaml', 'directory/', 'pipe', '%2e%2e/%2e%2e/agent.yaml'])
    expect((await curl(`${url}/${path}`)).status).toBe(404)
  for (const path of ['../../agent.yaml', '..%2f..%2fagent.yaml', '/etc/passwd', 'x/../../../agent.yaml', '%00', '%e9'])
    expect((await curl(`${url}/${path}`)).status).toBe(404)
  expect((await curl(`${agent.url}//etc/passwd`)).status).toBe(404)
  expect(await rawRequest(agent, 'GET /tree/../../agent.yaml HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 404/)
  expect(await curl(`${url}/`)).toMatchObject({ status: 403, body: expect.stringContaining('not listed') })
  expect((await curl(`${url}`)).status).toBe(301)
})

async function rawRequest({ url }: LabAgent, request: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.end(request)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

test('while snapshots are swapped, each answer is whole, and of one of them', async () => {
  await using lab = openLab('swaps')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 4, files: 30, directories: 3 })
  const renew = (serial: number): void => {
    writeFileSync(join(source, 'serial'), `${serial} `.repeat(200_000))
  }
  renew(1)
  const { origin, agent } = await serve(lab, source)
  const seen = new Set<string>()
  const done = new AbortController()
  const clients = Array.from({ length: 3 }, async () => {
    while (!done.signal.aborted) {
      const response = await fetch(`${agent.url}/tree/serial`)
      const body = await response.text()
      expect([response.status, response.headers.get('etag')]).toEqual([200, `"${sha256(body)}"`])
      seen.add(body.slice(0, body.indexOf(' ')))
      const listing = await (await fetch(`${agent.url}/tree/`)).text()
      expect(listing).toContain('"serial"')
      await sleep(5)
    }
  })
  for (let serial = 2; serial <= 5; serial += 1) {
    renew(serial)
    await origin.publish('tree', source)
    await agent.waitForSerial('tree', serial)
  }
  done.abort()
  await Promise.all(clients)
  expect(seen.size).toBeGreaterThan(2)
})
