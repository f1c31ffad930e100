import { type Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'

/** What connects to servers, without TLS and with it. */
export interface Agents {
  readonly plain: HttpAgent
  readonly secure: HttpsAgent
}

const mostRedirects = 5

/**
 * `fetch` over agents of node:http, which can do what those of the built-in one cannot: proxies, local addresses.
 * Redirects are followed or are an error, as `redirect` says; `manual` is an error, too.
 */
export function agentFetch(agents: Agents): typeof fetch {
  return async (input, init) => {
    const asked = new Request(input, init)
    const body = asked.body === null ? undefined : Buffer.from(await asked.arrayBuffer())
    const mayFollow = asked.redirect === 'follow' && body === undefined
    let url = asked.url
    for (let redirects = 0; ; redirects += 1) {
      const answer = await ask(agents, url, asked, body)
      const { statusCode: status = 0, headers } = answer
      if (status < 300 || status >= 400 || status === 304) return toResponse(answer, status)
      answer.destroy()
      const next = headers.location === undefined ? undefined : URL.parse(headers.location, url)
      if (!mayFollow || !next || !/^https?:$/.test(next.protocol) || redirects === mostRedirects)
        throw new TypeError(`it answers with a redirect, status ${status}`)
      url = next.href
    }
  }
}

async function ask(
  { plain, secure }: Agents,
  url: string,
  { method, headers: given, signal }: Request,
  body: Buffer | undefined,
): Promise<IncomingMessage> {
  const headers = Object.fromEntries(given)
  return await new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.startsWith('https:')
      ? httpsRequest(url, { method, headers, signal, agent: secure })
      : httpRequest(url, { method, headers, signal, agent: plain })
    request.once('response', resolve).once('error', reject)
    request.end(body)
  })
}

function toResponse(answer: IncomingMessage, status: number): Response {
  const headers = new Headers()
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  if (status !== 204 && status !== 304)
    return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, { status, headers })
  answer.resume()
  return new Response(null, { status, headers })
}
