import { once } from 'node:events'
import { createServer, request as startRequest } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Lab } from '../lab.ts'

/** A proxy as networks without another way out have it. */
export interface ForwardProxy {
  readonly url: string
  /** `METHOD URL` of all that it was asked for. */
  readonly seen: readonly string[]
}

/**
 * Starts a proxy on 127.0.0.1 that forwards requests with a full URL and tunnels CONNECT. Whatever host is named stands
 * for 127.0.0.1, so that a test can use names that only the proxy knows.
 */
export async function forwardProxy(lab: Lab): Promise<ForwardProxy> {
  const seen: string[] = []
  const server = createServer((request, response) => {
    const { method, url = '', headers } = request
    seen.push(`${method} ${url}`)
    const { port, pathname, search } = new URL(url)
    const onward = startRequest({ host: '127.0.0.1', port, method, path: pathname + search, headers }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.once('error', () => response.destroy())
    response.once('close', () => onward.destroy())
    request.pipe(onward)
  })
  server.on('connect', (request, near) => {
    seen.push(`CONNECT ${request.url}`)
    const far = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n')
      near.pipe(far).pipe(near)
    })
    far.on('error', () => near.destroy())
    near.on('error', () => far.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  lab.onClose(async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}
