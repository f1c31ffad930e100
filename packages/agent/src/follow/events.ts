import { PublishedEvent } from '@repocast/api'
import { backoff } from '@repocast/errors'
import { Check } from 'typebox/value'

/** Longest event that is read, in characters. */
const maxEventLength = 10_000

/** Splits a stream of server-sent events into the data of those called `published`. Pure but for its buffer. */
export class PublishedEvents {
  #buffer = ''

  /** Takes the next text in; gives the events that it completes. */
  take(text: string): PublishedEvent[] {
    this.#buffer += text
    const blocks = this.#buffer.split('\n\n')
    this.#buffer = (blocks.pop() ?? '').slice(-maxEventLength)
    return blocks.flatMap(block => parseBlock(block) ?? [])
  }
}

function parseBlock(block: string): PublishedEvent | undefined {
  const lines = block.split('\n')
  if (!lines.includes('event: published')) return undefined
  const data = lines.find(line => line.startsWith('data: '))?.slice('data: '.length)
  try {
    const value: unknown = JSON.parse(data ?? '')
    return Check(PublishedEvent, value) ? value : undefined
  } catch {
    return undefined // Events are hints: what cannot be read is not missed.
  }
}

const retryMilliseconds = { first: 1000, most: 60_000 }

/** Whoever sends events sends something each 15 seconds: who is silent for so long is gone without a farewell. */
const silenceMilliseconds = 50_000

export interface ListenOptions {
  readonly fetch: typeof fetch
  readonly onPublished: (event: PublishedEvent) => void
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** From 0 to below 1. */
  readonly random: () => number
  readonly silenceMilliseconds?: number
}

/**
 * Listens to the events of an origin, or of a mirror that relays its feed, until the signal, and calls `onPublished` for
 * each. They are hints, so failures are not told: the feed is looked at anyway.
 */
export async function listenForEvents(url: string, options: ListenOptions, signal: AbortSignal): Promise<void> {
  const { fetch, onPublished, pause, random } = options
  let failures = 0
  while (!signal.aborted) {
    const silence = new AbortController()
    const timer = setTimeout(() => silence.abort(), options.silenceMilliseconds ?? silenceMilliseconds)
    try {
      const either = AbortSignal.any([signal, silence.signal])
      const headers = { accept: 'text/event-stream' }
      const response = await fetch(url, { signal: either, headers, redirect: 'error' })
      if (!response.ok || !response.body) throw new Error(`status ${response.status}`)
      const events = new PublishedEvents()
      const decoder = new TextDecoder()
      for await (const chunk of response.body) {
        failures = 0
        timer.refresh()
        for (const event of events.take(decoder.decode(chunk, { stream: true }))) onPublished(event)
      }
    } catch {
      failures += 1
    } finally {
      clearTimeout(timer)
    }
    await pause(backoff(failures + 1, retryMilliseconds, random), signal).catch(() => {})
  }
}
