import type { Socket } from 'node:net'
import type { Wire } from 'webtorrent'
import Peer from 'webtorrent/lib/peer.js'
import type { Block } from '../picker/block.ts'
import { BlockReader } from './block-reader.ts'
import { hearHandshake, takeMessages, takeStream } from './handshake.ts'

/** A peer that lets so many bytes of answers wait does not read. */
const maxUnsentBytes = 4 * 1024 * 1024

const readBytes = 256 * 1024

/** Blocks that a peer sends go to whoever transfers with it; they are its own until the call returns. */
export type OnBlock = (piece: number, offset: number, bytes: Uint8Array) => void

/**
 * Joins socket and wire of one peer, in place of the four streams that webtorrent puts between them. Until the peer has
 * shaken hands, encrypted or not, the wire is given every byte. Then blocks and the requests for them go past it in
 * both directions; all other messages are the wire's.
 */
export class DirectStream {
  readonly #socket: Socket
  readonly #wire: Wire
  readonly #reader: BlockReader
  #decrypt: ((bytes: Uint8Array) => Uint8Array) | undefined
  #isOpen = false
  #onBlock: OnBlock | undefined
  #isCorked = false

  constructor(socket: Socket, wire: Wire, buffer: Buffer) {
    this.#socket = socket
    this.#wire = wire
    this.#reader = new BlockReader({
      block: (piece, offset, bytes) => this.#onBlock?.(piece, offset, bytes),
      other: bytes => void (wire.destroyed || wire.write(bytes)),
    })
    wire.prependOnceListener('handshake', () => this.#open())
    takeMessages(wire, bytes => this.#send(bytes))
    readInto(socket, buffer, bytes => this.#receive(bytes))
  }

  #receive(bytes: Uint8Array): void {
    if (this.#isOpen) this.#reader.read(this.#decrypt?.(bytes) ?? bytes)
    else hearHandshake(this.#wire, Uint8Array.from(bytes))
  }

  /** The peer has shaken hands: what the wire has of what follows, and all that comes, is read here first. */
  #open(): void {
    const { rest, decrypt } = takeStream(this.#wire)
    this.#isOpen = true
    this.#decrypt = decrypt
    // not before the wire is done with the handshake, and before the socket is read again
    if (rest.length > 0) queueMicrotask(() => this.#reader.read(rest))
  }

  /** A message of the wire. */
  #send(bytes: Uint8Array): void {
    this.#write(bytes)
    if (this.#socket.writableLength > maxUnsentBytes) this.#wire.destroy()
  }

  set onBlock(onBlock: OnBlock) {
    this.#onBlock = onBlock
  }

  /** Whether the socket takes more without keeping it in memory. */
  get isFree(): boolean {
    return !this.#socket.writableNeedDrain
  }

  /** Calls `onDrain` each time the socket has become free. */
  whenFree(onDrain: () => void): void {
    this.#socket.on('drain', onDrain)
  }

  /** Asks for these blocks (BEP 3, message `request`). */
  request(blocks: readonly Block[]): void {
    const bytes = Buffer.allocUnsafe(17 * blocks.length)
    for (const [k, { piece, offset, length }] of blocks.entries()) {
      bytes.writeUInt32BE(13, 17 * k)
      bytes[17 * k + 4] = 6
      bytes.writeUInt32BE(piece, 17 * k + 5)
      bytes.writeUInt32BE(offset, 17 * k + 9)
      bytes.writeUInt32BE(length, 17 * k + 13)
    }
    this.#write(bytes)
  }

  /** Sends a block (BEP 3, message `piece`). */
  sendBlock(piece: number, offset: number, block: Uint8Array): void {
    const head = Buffer.allocUnsafe(13)
    head.writeUInt32BE(9 + block.length)
    head[4] = 7
    head.writeUInt32BE(piece, 5)
    head.writeUInt32BE(offset, 9)
    this.#write(head)
    this.#write(block)
  }

  /** What is written in one turn leaves with one system call. */
  #write(bytes: Uint8Array): void {
    const socket = this.#socket
    if (socket.destroyed) return
    if (!this.#isCorked) {
      this.#isCorked = true
      socket.cork()
      process.nextTick(() => {
        this.#isCorked = false
        socket.uncork()
      })
    }
    socket.write(this.#wire._encryptor?.encrypt(bytes) ?? bytes)
  }
}

/**
 * Has `socket` read into `buffer`, again and again, as the option `onread` of net.Socket does, which can only be given
 * when a socket is made. Without it each read makes a buffer of 64 KiB for the garbage collector.
 */
function readInto(socket: Socket, buffer: Buffer, onRead: (bytes: Uint8Array) => void): void {
  const symbols = new Map(Object.getOwnPropertySymbols(socket).map(symbol => [symbol.description, symbol]))
  const [bufferKey, callbackKey] = [symbols.get('kBuffer'), symbols.get('kBufferCb')]
  const { _handle: handle } = socket as Socket & { readonly _handle?: { useUserBuffer?(buffer: Buffer): void } | null }
  if (bufferKey === undefined || callbackKey === undefined || handle?.useUserBuffer === undefined) {
    socket.on('data', onRead)
    return
  }
  Object.assign(socket, {
    [bufferKey]: buffer,
    [callbackKey](length: number) {
      onRead(buffer.subarray(0, length))
      return true
    },
  })
  handle.useUserBuffer(buffer)
}

/** Has webtorrent join sockets and wires by a `DirectStream`, from now on; all of them read into one buffer. */
export function joinDirectly(): void {
  const buffer = Buffer.allocUnsafeSlow(readBytes)
  Peer.prototype.setThrottlePipes = function (this: Peer) {
    if (this.conn && this.wire) this.wire.direct = new DirectStream(this.conn, this.wire, buffer)
  }
}
