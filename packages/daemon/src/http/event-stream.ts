import type { FastifyReply } from 'fastify'

const heartbeatSeconds = 15

/** Server-sent events to everybody who listens. `close` it before the server. */
export class EventStream {
  readonly #listeners = new Set<FastifyReply>()
  readonly #maxListeners: number
  readonly #heartbeat: NodeJS.Timeout

  constructor(maxListeners = 5000) {
    this.#maxListeners = maxListeners
    this.#heartbeat = setInterval(() => this.#write(':\n\n'), heartbeatSeconds * 1000)
    this.#heartbeat.unref()
  }

  /** Takes a request over as one more listener. */
  add(reply: FastifyReply): void {
    if (this.#listeners.size >= this.#maxListeners) {
      void reply.code(503).send({ error: { code: 'REPOCAST_HTTP_BUSY', message: 'too many listen already' } })
      return
    }
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    reply.raw.write(':\n\n')
    this.#listeners.add(reply)
    reply.raw.once('close', () => this.#listeners.delete(reply))
  }

  /** Tells an event to all. */
  send(event: string, data: object): void {
    this.#write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  close(): void {
    clearInterval(this.#heartbeat)
    for (const { raw } of this.#listeners) raw.end()
    this.#listeners.clear()
  }

  #write(text: string): void {
    for (const reply of this.#listeners) {
      // Whoever does not read is let go: a queue without end would take all memory.
      if (reply.raw.writableLength > 65_536) reply.raw.destroy()
      else reply.raw.write(text)
    }
  }
}
