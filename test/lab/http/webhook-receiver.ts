import { createHmac } from 'node:crypto'
import type { Lab } from '../lab.ts'
import { type LabServer, startServer } from './server.ts'

/** An event that a receiver was told. */
export interface ReceivedEvent {
  /** `webhook-id`. */
  readonly id: string
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
  /** The whole body. */
  readonly body: unknown
}

/** Somebody who is told by webhooks. */
export interface WebhookReceiver extends LabServer {
  /** What `secret` in a configuration says, as the text of a file. */
  readonly secret: string
  /** Events that were accepted. */
  readonly events: readonly ReceivedEvent[]
  /** Ids of the messages that were refused, by `refuse`. */
  readonly refused: readonly string[]
  /** Requests whose signature was wrong; they are answered 401. */
  readonly unsigned: number
  /** Answers the next so many requests with 503. */
  refuse(count: number): void
}

/** A receiver that checks signatures by itself, as Standard Webhooks 1.0.0 says. It stays on `port` when one is given. */
export async function webhookReceiver(lab: Lab, port = 0): Promise<WebhookReceiver> {
  const key = Buffer.alloc(32, 'a receiver of the lab')
  const events: ReceivedEvent[] = []
  const refused: string[] = []
  let [unsigned, refusals] = [0, 0]
  const server = await startServer(
    lab,
    async ({ headers }, body) => {
      const answer = (status: number) => ({ status, headers: {}, body: Buffer.alloc(0) })
      const [id, timestamp] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])]
      const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
      const isRecent = Math.abs(Date.now() / 1000 - Number(timestamp)) < 60
      if (headers['webhook-signature'] !== `v1,${expected}` || !isRecent) {
        unsigned += 1
        return answer(401)
      }
      if (refusals > 0) {
        refusals -= 1
        refused.push(id)
        return answer(503)
      }
      const parsed = JSON.parse(body.toString()) as { type: string; data: Record<string, unknown> }
      events.push({ id, type: parsed.type, data: parsed.data, body: parsed })
      return answer(204)
    },
    port,
  )
  return {
    ...server,
    ...{ events, refused, secret: `whsec_${key.toString('base64')}` },
    get unsigned() {
      return unsigned
    },
    refuse(count) {
      refusals = count
    },
  }
}
