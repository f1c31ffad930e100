import { type IncomingHttpHeaders, type IncomingMessage, request as startRequest } from 'node:http'
import type { Lab } from '../lab.ts'
import type { Answer } from './faults.ts'
import { type LabServer, startServer } from './server.ts'

/**
 * A reverse proxy before an HTTP server of ours (`http://HOST:PORT`), to spoil some of its answers. Answers are
 * held whole, so streams of events do not come through. Stopping it looks like an origin that is gone.
 */
export async function faultProxy(lab: Lab, target: string, port = 0): Promise<LabServer> {
  return await startServer(lab, (request, body) => forward(new URL(target), request, body), port)
}

function forward(target: URL, request: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onward = startRequest(
      {
        host: target.hostname,
        port: target.port,
        method: request.method,
        path: request.url,
        headers: request.headers,
      },
      response => {
        response.toArray().then(parts => {
          resolve({ status: response.statusCode ?? 502, headers: kept(response.headers), body: Buffer.concat(parts) })
        }, reject)
      },
    )
    onward.once('error', () => resolve({ status: 502, headers: {}, body: Buffer.from('no answer from behind\n') }))
    onward.end(body)
  })
}

/** Headers that say something about the content and not about one connection. */
function kept(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || /^(connection|keep-alive|transfer-encoding|content-length)$/.test(name)) continue
    result[name] = value
  }
  return result
}
