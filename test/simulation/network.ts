/** A host's access line. Rates in bytes per second, the way to the middle of the network in seconds. */
export interface Line {
  readonly up: number
  readonly down: number
  readonly delay: number
}

interface Parcel {
  readonly bytes: number
  /** Whether it need not be sent any more. */
  readonly isWithdrawn?: () => boolean
  readonly arrive: () => unknown
}

export interface Message extends Parcel {
  readonly isUrgent?: boolean
}

/** What waits at one host's uplink, one queue for each destination, served in turn as parallel TCP flows are. */
class Uplink {
  readonly queues = new Map<Host, Parcel[]>()
  isSending = false
}

export class Host {
  readonly line: Line
  readonly uplink = new Uplink()
  /** The line that it shares with the other hosts of its site, to the rest of the world. */
  readonly site: SiteLine | undefined
  downFreeAt = 0
  sentBytes = 0
  isDown = false

  constructor(line: Line, site?: SiteLine) {
    this.line = line
    this.site = site
  }
}

/** What comes into a site from outside shares this line. */
export class SiteLine {
  /** Bytes per second. */
  readonly down: number
  freeAt = 0
  receivedBytes = 0

  constructor(down: number) {
    this.down = down
  }
}

interface Event {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/**
 * A network in virtual time: uplinks and downlinks with a rate, a delay between them. Packets do not get lost and
 * flows share an uplink evenly from the first byte; what remains is what a choice of pieces can be judged by.
 */
export class Network {
  #now = 0
  #order = 0
  #names = 0
  readonly #heap: Event[] = []

  /** Another one for each node. */
  newName(): string {
    this.#names += 1
    return `node ${this.#names}`
  }

  /** Seconds. */
  get now(): number {
    return this.#now
  }

  after(seconds: number, run: () => void): void {
    this.#push({ at: this.#now + seconds, order: this.#order++, run })
  }

  /**
   * Sends `bytes` behind what waits for the same destination. Urgent ones are short and overtake what waits: the
   * swarm keeps blocks back until the socket is empty. `arrive` runs when all are there.
   */
  send(from: Host, to: Host, { isUrgent = false, ...parcel }: Message): void {
    if (from.isDown || to.isDown) return
    const { bytes, arrive } = parcel
    if (isUrgent) {
      from.sentBytes += bytes
      this.after(bytes / from.line.up + from.line.delay + to.line.delay, () => to.isDown || arrive())
      return
    }
    const queue = from.uplink.queues.get(to)
    if (queue) queue.push(parcel)
    else from.uplink.queues.set(to, [parcel])
    if (!from.uplink.isSending) this.#sendNext(from)
  }

  /** Runs until nothing happens any more, `isDone`, or the time is up. */
  run({ until, isDone }: { readonly until: number; readonly isDone: () => boolean }): void {
    for (let event = this.#pop(); event && event.at <= until; event = this.#pop()) {
      this.#now = event.at
      event.run()
      if (isDone()) return
    }
  }

  #sendNext(from: Host): void {
    const next = from.uplink.queues.entries().next().value
    from.uplink.isSending = next !== undefined
    if (next === undefined) return
    const [to, queue] = next
    from.uplink.queues.delete(to)
    const parcel = queue.shift()
    if (queue.length > 0) from.uplink.queues.set(to, queue)
    if (parcel === undefined || parcel.isWithdrawn?.()) {
      this.#sendNext(from)
      return
    }
    from.sentBytes += parcel.bytes
    this.after(parcel.bytes / from.line.up, () => {
      this.#sendNext(from)
      this.after(from.line.delay + to.line.delay + this.#siteDelay(from, to, parcel.bytes), () =>
        this.#receive(to, parcel),
      )
    })
  }

  /** Seconds until `bytes` have passed the line of the destination's site. */
  #siteDelay(from: Host, { site }: Host, bytes: number): number {
    if (site === undefined || from.site === site) return 0
    site.receivedBytes += bytes
    site.freeAt = Math.max(this.#now, site.freeAt) + bytes / site.down
    return site.freeAt - this.#now
  }

  #receive(to: Host, { bytes, arrive }: Parcel): void {
    to.downFreeAt = Math.max(this.#now, to.downFreeAt) + bytes / to.line.down
    this.after(to.downFreeAt - this.#now, () => {
      if (!to.isDown) arrive()
    })
  }

  #push(event: Event): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(event)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, heap[parent])) break
      heap[at] = heap[parent] as Event
      at = parent
    }
    heap[at] = event
  }

  #pop(): Event | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (isBefore(heap[child + 1], heap[child])) child += 1
      if (!isBefore(heap[child], last)) break
      heap[at] = heap[child] as Event
      at = child
    }
    heap[at] = last
    return first
  }
}

function isBefore(a: Event | undefined, b: Event | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined
  return a.at !== b.at ? a.at < b.at : a.order < b.order
}
