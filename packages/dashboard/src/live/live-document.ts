/** A document of a server as it was when it last answered. */
export interface Live<T> {
  readonly document: T | undefined
  /** When it came, milliseconds since 1970. */
  readonly received: number
  /** Why the last request failed; undefined when it did not. */
  readonly problem: Problem | undefined
  /** Whether changes are told by the server as they happen, or asked for so often that it is the same. */
  readonly isLive: boolean
}

export interface Problem {
  readonly message: string
  /** When requests began to fail, milliseconds since 1970. */
  readonly since: number
}

export interface LiveSource {
  /** Of the document. */
  readonly url: string
  /** Of the server-sent events that say that it has changed, and their names; without, it is asked now and then. */
  readonly events?: { readonly url: string; readonly names: readonly string[] }
  /** How often it is asked for without events; a server that answers in a moment may be asked often. */
  readonly everyMilliseconds?: number
}

/** While events come, figures that move all the time are still asked for. */
const quietMilliseconds = 15_000
const pollMilliseconds = 5000
/** Changes that come close together are fetched together. */
const leastMilliseconds = 500
const requestMilliseconds = 20_000

/** Keeps `onChange` told of a document: by events, else by asking again and again. `close` it. */
export class LiveDocument<T> {
  readonly #source: LiveSource
  readonly #onChange: (live: Live<T>) => void
  readonly #events: EventSource | undefined
  readonly #ended = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  #isAsking = false
  #isStale = false
  #live: Live<T> = { document: undefined, received: 0, problem: undefined, isLive: false }

  constructor(source: LiveSource, onChange: (live: Live<T>) => void) {
    this.#source = source
    this.#onChange = onChange
    if (source.events) this.#events = this.#listen(source.events.url, source.events.names)
    void this.#ask()
  }

  close(): void {
    this.#ended.abort()
    clearTimeout(this.#timer)
    this.#events?.close()
  }

  #listen(url: string, names: readonly string[]): EventSource {
    const events = new EventSource(url)
    for (const name of names) events.addEventListener(name, () => this.#changed())
    events.addEventListener('open', () => {
      this.#set({ isLive: true })
      this.#changed()
    })
    events.addEventListener('error', () => {
      // The browser tries again by itself, and fails again and again: only the first time is news.
      if (this.#live.isLive) this.#changed()
      this.#set({ isLive: false })
    })
    return events
  }

  #changed(): void {
    if (this.#isAsking) this.#isStale = true
    else this.#later(leastMilliseconds)
  }

  #later(milliseconds: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#ask(), milliseconds)
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    this.#isStale = false
    try {
      const document = await this.#fetch()
      this.#set({ document, received: Date.now(), problem: undefined, ...(this.#isAskedOften && { isLive: true }) })
    } catch (error) {
      if (this.#ended.signal.aborted) return
      const message = error instanceof Error ? error.message : String(error)
      this.#set({ problem: { message, since: this.#live.problem?.since ?? Date.now() } })
    } finally {
      this.#isAsking = false
    }
    this.#later(this.#isStale ? leastMilliseconds : this.#pause())
  }

  get #isAskedOften(): boolean {
    return this.#source.everyMilliseconds !== undefined
  }

  #pause(): number {
    return this.#source.everyMilliseconds ?? (this.#live.isLive ? quietMilliseconds : pollMilliseconds)
  }

  async #fetch(): Promise<T> {
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(requestMilliseconds)])
    const response = await fetch(this.#source.url, { signal, headers: { accept: 'application/json' } })
    if (!response.ok) throw new Error(await reasonOf(response))
    return (await response.json()) as T
  }

  #set(change: Partial<Live<T>>): void {
    if (this.#ended.signal.aborted) return
    this.#live = { ...this.#live, ...change }
    this.#onChange(this.#live)
  }
}

/** What our servers say of an error, or its status. */
async function reasonOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined)
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined
  return typeof message === 'string' ? message : `the server answered with status ${response.status}`
}
