import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createFetch, directFetch } from './create-fetch.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function listen(server: Server): Promise<string> {
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  const address = server.address()
  return `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

/** Says itself what was asked of it, and hands CONNECT on to `behind`. */
async function startProxy(behind?: string) {
  const seen: string[] = []
  const tell = ({ method, url, headers }: IncomingMessage) =>
    seen.push([method, url, headers['proxy-authorization']].filter(Boolean).join(' '))
  const proxy = createServer((request, response) => {
    tell(request)
    request.toArray().then(parts => {
      if (request.url?.endsWith('/elsewhere')) response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
      else if (request.headers['if-none-match']) response.writeHead(304, { etag: '"x"' }).end()
      else response.writeHead(200, { etag: '"x"' }).end(`through the proxy ${Buffer.concat(parts).toString()}`)
    })
  })
  proxy.on('connect', (request: IncomingMessage, client) => {
    tell(request)
    const [host, port] = (behind ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      client.pipe(onward).pipe(client)
    })
    onward.on('error', () => client.destroy())
    client.on('error', () => onward.destroy())
  })
  return { address: await listen(proxy), seen }
}

test('a proxy of the environment or the setting is asked in the place of the server', async () => {
  const { address, seen } = await startProxy()
  const url = 'http://origin.example.org:8080/feed/timestamp.json'
  const byEnvironment = createFetch({ HTTP_PROXY: `http://user:secret@${address}` })
  expect(await (await byEnvironment(url)).text()).toBe('through the proxy ')
  const bySetting = createFetch({ HTTP_PROXY: 'http://127.0.0.1:1' }, { proxy: `http://${address}` })
  const answer = await bySetting(url, { headers: { 'if-none-match': '"x"' }, redirect: 'error' })
  expect([answer.status, answer.headers.get('etag'), await answer.text()]).toEqual([304, '"x"', ''])
  expect(await (await bySetting(url, { method: 'POST', body: 'a report' })).text()).toBe('through the proxy a report')
  expect(seen).toEqual([`GET ${url} Basic dXNlcjpzZWNyZXQ=`, `GET ${url}`, `POST ${url}`])
  const elsewhere = 'http://origin.example.org/elsewhere'
  await expect(bySetting(elsewhere, { redirect: 'error' })).rejects.toThrow(/redirect, status 302/)
  expect(await (await bySetting(elsewhere)).text()).toBe('through the proxy ')
})

test('what NO_PROXY names, and everything with `none`, is asked directly', async () => {
  const direct = await listen(createServer((_request, response) => response.end('direct')))
  const { address, seen } = await startProxy()
  const environment = { http_proxy: `http://${address}` }
  expect(await (await createFetch({ ...environment, NO_PROXY: '127.0.0.1' })(`http://${direct}/`)).text()).toBe(
    'direct',
  )
  expect(await (await createFetch(environment, { proxy: 'none' })(`http://${direct}/`)).text()).toBe('direct')
  expect(createFetch({})).toBe(fetch)
  expect(seen).toEqual([])
})

test('a server with TLS is reached through a tunnel, whose end the proxy does not see', async () => {
  const noTls = await listen(createServer())
  const { address, seen } = await startProxy(noTls)
  await expect(createFetch({}, { proxy: `http://${address}` })('https://origin.example.org/')).rejects.toThrow()
  expect(seen).toEqual(['CONNECT origin.example.org:443'])
})

test('an abort ends a request, and the body of an answer', async () => {
  const never = await listen(createServer())
  const proxied = createFetch({}, { proxy: `http://${never}` })
  await expect(proxied('http://origin.example.org/', { signal: AbortSignal.timeout(50) })).rejects.toThrow()
  const half = createServer((_request, response) => void response.writeHead(200).write('half'))
  const stop = new AbortController()
  const answer = await createFetch({}, { proxy: `http://${await listen(half)}` })('http://x.example.org/', {
    signal: stop.signal,
  })
  const read = answer.text()
  stop.abort()
  await expect(read).rejects.toThrow()
  expect(() => createFetch({ https_proxy: 'socks5://127.0.0.1:1080' })).toThrow(
    expect.objectContaining({ code: 'REPOCAST_CONFIGURATION_WRONG' }),
  )
})

/** Answers with the address that it is asked from. */
async function startMirror(host: string): Promise<string> {
  const server = createServer(({ socket, url }, response) => {
    if (url === '/round') response.writeHead(302, { location: '/round' }).end()
    else response.end(socket.remoteAddress)
  })
  servers.push(server.listen(0, host))
  await once(server, 'listening')
  const address = server.address()
  return String(typeof address === 'object' ? address?.port : 0)
}

test('a server is asked from the address that is given, by name and by number, where it has one of that family', async () => {
  const [v4, v6] = [await startMirror('127.0.0.1'), await startMirror('::1')]
  const asked = async (bindAddress: string, url: string) => await (await directFetch(bindAddress)(url)).text()
  expect(await asked('127.0.0.9', `http://127.0.0.1:${v4}/`)).toBe('127.0.0.9')
  expect(await asked('127.0.0.9', `http://localhost:${v4}/`)).toBe('127.0.0.9')
  expect(await asked('127.0.0.9', `http://[::1]:${v6}/`)).toBe('::1')
  expect(await asked('::1', `http://127.0.0.1:${v4}/`)).toBe('127.0.0.1')
  expect(directFetch('0.0.0.0')).toBe(fetch)
  await expect(asked('192.0.2.7', `http://127.0.0.1:${v4}/`)).rejects.toThrow('EADDRNOTAVAIL 192.0.2.7')
  await expect(asked('127.0.0.9', 'http://nowhere.invalid/')).rejects.toThrow('nowhere.invalid')
  await expect(asked('127.0.0.9', `http://127.0.0.1:${v4}/round`)).rejects.toThrow(/redirect, status 302/)
})
