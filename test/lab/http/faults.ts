import type { ServerResponse } from 'node:http'

/** How an answer is spoilt. */
export type Fault =
  /** One byte of the body is changed: the one at `at`, by default the one in the middle. */
  | { readonly kind: 'tamper'; readonly at?: number }
  /** Another body. */
  | { readonly kind: 'replace'; readonly body: Uint8Array }
  /** No body, only a status such as 500. */
  | { readonly kind: 'status'; readonly status: number }
  /** The connection is cut after this many bytes of the body. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** The request is taken and never answered. */
  | { readonly kind: 'hang' }

/** The faults of one server: which paths are spoilt, and how. They may change while it runs. */
export class Faults {
  readonly #rules = new Set<{ readonly path: string | RegExp; readonly fault: Fault; left: number }>()

  /**
   * Spoils the answers for a path (exact, with its leading slash, or a pattern), the first `times` or all.
   * @returns what takes the fault away again
   */
  on(path: string | RegExp, fault: Fault, times = Number.POSITIVE_INFINITY): () => void {
    const rule = { path, fault, left: times }
    this.#rules.add(rule)
    return () => void this.#rules.delete(rule)
  }

  /** All is well again. */
  clear(): void {
    this.#rules.clear()
  }

  /** The fault for a request, counted as used. */
  take(path: string): Fault | undefined {
    for (const rule of this.#rules) {
      const hit = typeof rule.path === 'string' ? rule.path === path : rule.path.test(path)
      if (!hit || rule.left <= 0) continue
      rule.left -= 1
      return rule.fault
    }
    return undefined
  }
}

/** A complete answer that is still to be sent. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: Buffer
}

/** Sends `answer`, spoilt by `fault` if there is one. @returns bytes of the body that were sent */
export async function sendAnswer(response: ServerResponse, answer: Answer, fault: Fault | undefined): Promise<number> {
  switch (fault?.kind) {
    case undefined:
      return send(response, answer)
    case 'tamper':
      return send(response, { ...answer, body: tampered(answer.body, fault.at) })
    case 'replace':
      return send(response, { ...answer, status: 200, body: Buffer.from(fault.body) })
    case 'status':
      return send(response, { status: fault.status, headers: {}, body: Buffer.alloc(0) })
    case 'truncate':
      response.writeHead(answer.status, withLength(answer))
      response.write(answer.body.subarray(0, fault.bytes), () => response.destroy())
      return Math.min(fault.bytes, answer.body.length)
    case 'slow':
      return await sendSlowly(response, answer, fault.bytesPerSecond)
    case 'hang':
      return 0
  }
}

function send(response: ServerResponse, answer: Answer): number {
  response.writeHead(answer.status, withLength(answer))
  response.end(answer.body)
  return answer.body.length
}

function withLength({ headers, body }: Answer): Record<string, string | string[]> {
  return { ...headers, 'content-length': String(body.length) }
}

function tampered(body: Buffer, at = Math.floor(body.length / 2)): Buffer {
  const copy = Buffer.from(body)
  copy[at] = (copy[at] ?? 0) ^ 0x01
  return copy
}

const ticksPerSecond = 20

async function sendSlowly(response: ServerResponse, answer: Answer, bytesPerSecond: number): Promise<number> {
  response.writeHead(answer.status, withLength(answer))
  const step = Math.max(1, Math.floor(bytesPerSecond / ticksPerSecond))
  let sent = 0
  for (; sent < answer.body.length && !response.destroyed; sent += step) {
    response.write(answer.body.subarray(sent, sent + step))
    await new Promise(resolve => setTimeout(resolve, 1000 / ticksPerSecond).unref())
  }
  response.end()
  return Math.min(sent, answer.body.length)
}
