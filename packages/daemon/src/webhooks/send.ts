import type { WebhookSecret } from './secret.ts'
import { signatureHeaders, type WebhookMessage } from './signature.ts'

/** Somebody who is told. */
export interface Webhook {
  /** `http:` or `https:`. It may hold a token, so that logs name its host only. */
  readonly url: string
  /** Without any the request is not signed. */
  readonly secrets: readonly WebhookSecret[]
}

/** Addresses of webhooks, for schemas: without user and password, which are not sent. */
export const webhookUrlPattern = '^https?://[^/?#@]+([/?][^#]*)?$'

/** What came of a request. */
export type WebhookOutcome =
  | { readonly kind: 'accepted' }
  /** The receiver is not well, or cannot be reached: what comes next will not fare better. */
  | { readonly kind: 'unavailable'; readonly why: string; readonly retryAfterSeconds?: number | undefined }
  /** The receiver does not take this message. */
  | { readonly kind: 'refused'; readonly why: string }

export interface SendOptions {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly clock: () => Date
  /** `User-Agent`. */
  readonly program: string
  readonly timeoutSeconds?: number
  readonly signal: AbortSignal
}

const usualTimeoutSeconds = 15

/**
 * Tells a message to a webhook by one POST, signed; redirects are not followed. Never throws, but for the reason of
 * `signal`.
 */
export async function sendWebhook(
  { url, secrets }: Webhook,
  message: WebhookMessage,
  { fetch, clock, program, timeoutSeconds = usualTimeoutSeconds, signal }: SendOptions,
): Promise<WebhookOutcome> {
  const headers = {
    'content-type': 'application/json',
    'user-agent': program,
    ...signatureHeaders(message, clock(), secrets),
  }
  try {
    const stop = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)])
    const response = await fetch(url, {
      ...{ method: 'POST', headers, body: message.body, redirect: 'manual' },
      signal: stop,
    })
    await response.body?.cancel()
    return outcomeOf(response.status, response.headers.get('retry-after'))
  } catch (error) {
    signal.throwIfAborted()
    return { kind: 'unavailable', why: reasonOf(error, timeoutSeconds) }
  }
}

/** The name of a webhook for logs and metrics: host and port. */
export function webhookName({ url }: Pick<Webhook, 'url'>): string {
  return new URL(url).host
}

function outcomeOf(status: number, retryAfter: string | null): WebhookOutcome {
  if (status >= 200 && status < 300) return { kind: 'accepted' }
  const why = `it answers with status ${status}`
  if (status >= 300 && status < 400) return { kind: 'refused', why: `${why}, and redirects are not followed` }
  if (status < 500 && ![408, 425, 429].includes(status)) return { kind: 'refused', why }
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined
  return { kind: 'unavailable', why, retryAfterSeconds: seconds }
}

function reasonOf(error: unknown, timeoutSeconds: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `it does not answer within ${timeoutSeconds} s`
  const cause = error.cause instanceof Error ? error.cause : error
  return `it cannot be reached: ${'code' in cause ? String(cause.code) : cause.message}`
}
