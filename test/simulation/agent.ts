import {
  type Block,
  emptyBits,
  HandOut,
  hasBit,
  outranks,
  Picker,
  type Random,
  Requester,
  setBit,
} from '@repocast/swarm/policies'
import type { Host, Message, Network } from './network.ts'

/** Bytes of a control message and of what TCP and IP put around it. */
const messageBytes = 80
/** What TCP, IP and the message put around a block. */
const blockOverhead = 12 * 52 + 13
const tickSeconds = 0.2

export interface Layout {
  readonly pieceCount: number
  readonly pieceBytes: (piece: number) => number
}

/** One end of a connection between two nodes. */
interface Link {
  readonly node: Node
  /** The same connection, seen from the other node. */
  other: Link
  readonly requester: Requester | undefined
  /** Blocks that are on their way. */
  readonly asked: Set<Block>
  /** By an origin. */
  readonly recipient: ReturnType<HandOut['join']> | undefined
}

/** The origin or one agent, made of the swarm's own policies over the virtual network. */
export class Node {
  readonly host: Host
  readonly #network: Network
  readonly #layout: Layout
  readonly #handOut: HandOut | undefined
  readonly #random: Random
  readonly #id: string
  /** Blocks that nobody waits for any more. */
  readonly #withdrawn = new WeakSet<Block>()
  #picker: Picker | undefined
  readonly held: Uint8Array
  readonly links = new Set<Link>()
  missing: number
  /** Whether its configuration names its site. */
  knowsSite = true
  /** When it had all, in seconds. */
  doneAt = Number.POSITIVE_INFINITY

  constructor(role: 'origin' | 'seeder' | 'agent', host: Host, network: Network, layout: Layout, random: Random) {
    this.host = host
    this.#network = network
    this.#id = network.newName()
    this.#layout = layout
    this.#random = random
    this.held = emptyBits(layout.pieceCount)
    this.missing = layout.pieceCount
    if (role !== 'agent') {
      if (role === 'origin') this.#handOut = new HandOut(layout, random)
      this.held.fill(0xff)
      this.missing = 0
    } else {
      this.#picker = this.#newPicker()
    }
    this.#tick()
  }

  get isOrigin(): boolean {
    return this.#handOut !== undefined
  }

  /** Connects two nodes; both tell what they have. */
  static connect(a: Node, b: Node): void {
    const linkA = a.#open(b)
    const linkB = b.#open(a)
    linkA.other = linkB
    linkB.other = linkA
    for (const link of [linkA, linkB]) {
      link.node.links.add(link)
      const pieces = link.node.missing === 0 ? 'all' : Uint8Array.from(link.node.held)
      link.node.#tell(link, () => link.other.node.#hasPieces(link.other, pieces))
    }
  }

  /** The process ends: nothing goes in or out, begun pieces are lost. */
  die(): void {
    this.host.isDown = true
    for (const link of [...this.links]) {
      for (const end of [link, link.other]) {
        end.node.links.delete(end)
        if (end.requester) end.node.#picker?.leave(end.requester.peer)
        if (end.recipient) end.node.#handOut?.leave(end.recipient)
      }
    }
  }

  /** The process starts again, with the pieces that it had. */
  live(): void {
    this.host.isDown = false
    this.#picker = this.#newPicker()
  }

  #newPicker(): Picker {
    const picker = new Picker(this.#layout, { held: this.held, random: this.#random })
    for (let piece = 0; piece < this.#layout.pieceCount; piece += 1) picker.want(piece)
    return picker
  }

  #open(to: Node): Link {
    const now = this.#network.now * 1000
    const kind = to.isOrigin ? 'origin' : 'mirror'
    const isNear = this.knowsSite && this.host.site !== undefined && to.host.site === this.host.site
    const requester = this.#picker && new Requester(this.#picker, { kind, isNear, most: 250, now })
    const link: Link = {
      asked: new Set(),
      node: this,
      requester,
      recipient: to.isOrigin ? undefined : this.#handOut?.join(now),
      other: undefined as never,
    }
    return link
  }

  #tell(link: Link, deliver: () => void, bytes = messageBytes): void {
    this.#send(link, { bytes, isUrgent: true, arrive: deliver })
  }

  #send(link: Link, { arrive, ...message }: Message): void {
    const { other } = link
    this.#network.send(this.host, other.node.host, {
      ...message,
      arrive: () => other.node.links.has(other) && arrive(),
    })
  }

  #hasPieces(link: Link, pieces: Uint8Array | 'all'): void {
    const { requester, recipient } = link
    if (requester) {
      this.#picker?.setPieces(requester.peer, pieces)
      this.#pump(link)
    }
    if (recipient && this.#handOut && pieces !== 'all') {
      this.#handOut.setWanted(recipient, emptyBits(this.#layout.pieceCount).fill(0xff))
      for (let piece = 0; piece < this.#layout.pieceCount; piece += 1) {
        if (hasBit(pieces, piece)) this.#handOut.addPiece(recipient, piece)
      }
      this.#handMore(link)
    }
  }

  #handMore(link: Link): void {
    if (!this.#handOut || !link.recipient) return
    const offer = this.#handOut.next(link.recipient, this.#network.now * 1000)
    if (offer === undefined) return
    const { other } = link
    this.#tell(link, () => {
      if (!other.requester) return
      other.node.#picker?.hand(other.requester.peer, offer)
      other.node.#pump(other)
    })
  }

  #pump(link: Link): void {
    if (link.requester) this.#ask(link, link.requester.next())
  }

  #ask(link: Link, blocks: readonly Block[]): void {
    if (blocks.length === 0) return
    const askedAt = this.#network.now * 1000
    for (const block of blocks) link.asked.add(block)
    const claims = this.#picker?.takeClaims() ?? []
    if (claims.length > 0) for (const each of this.links) if (each.requester?.peer.isNear) this.#claim(each, claims)
    this.#tell(link, () => link.other.node.#serve(link.other, blocks, askedAt), messageBytes + 17 * blocks.length)
  }

  #claim(link: Link, pieces: readonly number[]): void {
    const { other } = link
    this.#tell(link, () => {
      const { node, requester } = other
      if (!requester || !node.#picker) return
      for (const piece of node.#picker.claim(requester.peer, pieces, this.#network.now * 1000)) {
        if (!outranks(node.#id, this.#id, piece)) node.#giveUp(piece)
      }
    })
  }

  /** Takes back what was asked of peers outside of the site. */
  #giveUp(piece: number): void {
    this.#picker?.giveUp(piece)
    for (const link of this.links) {
      const { requester, other } = link
      if (!requester || requester.peer.isNear) continue
      for (const block of [...link.asked]) {
        if (block.piece !== piece) continue
        link.asked.delete(block)
        this.#picker?.release(requester.peer, block)
        this.#tell(link, () => other.node.#withdrawn.add(block))
      }
    }
  }

  #serve(link: Link, blocks: readonly Block[], askedAt: number): void {
    const { other } = link
    for (const block of blocks) {
      if (this.#handOut && link.recipient) this.#handOut.asked(link.recipient, block.piece, block.length)
      const arrive = () => other.node.#receive(other, block, askedAt)
      const isWithdrawn = () => this.#withdrawn.has(block)
      this.#send(link, { bytes: block.length + blockOverhead, isWithdrawn, arrive })
    }
    this.#handMore(link)
  }

  #receive(link: Link, block: Block, askedAt: number): void {
    const { requester } = link
    if (!requester || !this.#picker || !link.asked.delete(block)) return
    requester.delivered(block.length, askedAt, this.#network.now * 1000)
    const delivery = this.#picker.receive(requester.peer, block)
    this.#pump(link)
    if (delivery.kind === 'superfluous' || !delivery.isPieceComplete) return
    this.#picker.hold(block.piece)
    setBit(this.held, block.piece)
    this.missing -= 1
    if (this.missing === 0) this.doneAt = this.#network.now
    for (const each of this.links) {
      const { other } = each
      this.#tell(each, () => other.node.#hasPiece(other, block.piece))
      this.#pump(each)
    }
  }

  #hasPiece(link: Link, piece: number): void {
    if (link.recipient) {
      this.#handOut?.addPiece(link.recipient, piece)
      this.#handMore(link)
    }
    if (link.requester) {
      this.#picker?.addPiece(link.requester.peer, piece)
      this.#pump(link)
    }
  }

  #tick(): void {
    const now = this.#network.now * 1000
    this.#handOut?.tick(now)
    this.#picker?.expireClaims(now - 10_000)
    for (const link of this.links) {
      link.requester?.tick(now)
      this.#pump(link)
      if (link.requester) this.#ask(link, link.requester.overtake())
      this.#handMore(link)
    }
    this.#network.after(tickSeconds, () => this.#tick())
  }
}
