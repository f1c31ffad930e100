import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Lab } from '../lab.ts'
import { type Answer, Faults, sendAnswer } from './faults.ts'

/** One request that a server of the lab has answered. */
export interface ServedRequest {
  readonly method: string
  /** With query, still encoded. */
  readonly url: string
  readonly status: number
  /** Bytes of the body that were sent. */
  readonly bytes: number
}

/** An HTTP server on 127.0.0.1 that can be made to misbehave. */
export interface LabServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string
  readonly port: number
  readonly faults: Faults
  /** All requests so far. */
  readonly requests: readonly ServedRequest[]
  /** Ends it and cuts its connections; it also ends with its lab. */
  stop(): Promise<void>
}

/** Starts a server whose honest answers come from `answer`. */
export async function startServer(
  lab: Lab,
  answer: (request: IncomingMessage, body: Buffer) => Promise<Answer>,
  port = 0,
): Promise<LabServer> {
  const faults = new Faults()
  const requests: ServedRequest[] = []

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request
    const body = Buffer.concat(await request.toArray())
    const honest = await answer(request, body)
    const fault = faults.take(url.replace(/\?.*$/, ''))
    const bytes = await sendAnswer(response, honest, fault)
    requests.push({ method, url, status: fault?.kind === 'status' ? fault.status : honest.status, bytes })
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(error => response.destroy(error))
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const stop = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  lab.onClose(stop)
  const actualPort = (server.address() as AddressInfo).port
  return { url: `http://127.0.0.1:${actualPort}`, port: actualPort, faults, requests, stop }
}
