import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { RepocastError } from '@repocast/errors'

/** What a `proxy` setting looks like. */
export const proxyPattern = '^(none|https?://[^/?#]+/?)$'

/**
 * How to ask HTTP servers: through the proxy that is set, else the one of HTTP_PROXY, HTTPS_PROXY and NO_PROXY, else
 * directly, as with `none`. What goes through a proxy follows no redirects.
 * @throws RepocastError REPOCAST_CONFIGURATION_WRONG
 */
export function createFetch(
  environment: Readonly<Record<string, string | undefined>>,
  proxy?: string | undefined,
): typeof fetch {
  if (proxy === 'none') return fetch
  const setIn = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined
  const httpProxy = proxy ?? setIn('HTTP_PROXY')
  const httpsProxy = proxy ?? setIn('HTTPS_PROXY')
  if (httpProxy === undefined && httpsProxy === undefined) return fetch
  for (const address of [httpProxy, httpsProxy]) if (address !== undefined) assertProxy(address)
  const noProxy = setIn('NO_PROXY')
  return proxyFetch({
    ...(httpProxy !== undefined && { HTTP_PROXY: httpProxy }),
    ...(httpsProxy !== undefined && { HTTPS_PROXY: httpsProxy }),
    ...(noProxy !== undefined && { NO_PROXY: noProxy }),
  })
}

function assertProxy(address: string): void {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return
  throw new RepocastError('REPOCAST_CONFIGURATION_WRONG', {
    // it may hold a password
    message: 'the address of the proxy is not http://HOST:PORT or https://HOST:PORT',
    hint: 'see `proxy` in the configuration, and HTTP_PROXY and HTTPS_PROXY in the environment',
  })
}

function proxyFetch(proxyEnv: Readonly<Record<string, string>>): typeof fetch {
  const plain = new HttpAgent({ keepAlive: true, proxyEnv })
  const secure = new HttpsAgent({ keepAlive: true, proxyEnv })
  return async (input, init) => {
    const asked = new Request(input, init)
    const body = asked.body === null ? undefined : Buffer.from(await asked.arrayBuffer())
    const { method, signal } = asked
    const headers = Object.fromEntries(asked.headers)
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = asked.url.startsWith('https:')
        ? httpsRequest(asked.url, { method, headers, signal, agent: secure })
        : httpRequest(asked.url, { method, headers, signal, agent: plain })
      request.once('response', resolve).once('error', reject)
      request.end(body)
    })
    return toResponse(answer)
  }
}

function toResponse(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 0
  const headers = new Headers()
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  const hasNoBody = status === 204 || status === 304
  if (status >= 300 && status < 400 && !hasNoBody) {
    answer.destroy()
    throw new TypeError(`it answers with a redirect, status ${status}`)
  }
  if (!hasNoBody) return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, { status, headers })
  answer.resume()
  return new Response(null, { status, headers })
}
