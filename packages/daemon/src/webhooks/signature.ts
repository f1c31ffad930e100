import { createHmac, randomUUID } from 'node:crypto'
import type { WebhookSecret } from './secret.ts'

/** What is told to a webhook. */
export interface WebhookMessage {
  /** The same for each try, so that a receiver can tell a repetition. */
  readonly id: string
  /** JSON. */
  readonly body: string
}

/** An id for a new message. */
export function newMessageId(): string {
  return `msg_${randomUUID().replaceAll('-', '')}`
}

/**
 * The headers that prove who sends `message`, and when: HMAC-SHA256 over id, time and body. With several secrets there
 * are as many signatures, of which one must be right. Pure. Source: Standard Webhooks 1.0.0, "Signature scheme".
 */
export function signatureHeaders(
  { id, body }: WebhookMessage,
  time: Date,
  secrets: readonly WebhookSecret[],
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(time.getTime() / 1000))
  const signatures = secrets.map(
    ({ key }) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  )
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(signatures.length > 0 && { 'webhook-signature': signatures.join(' ') }),
  }
}
