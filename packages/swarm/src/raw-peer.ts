import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A peer that is made of bytes, to say what no client would. */
export class RawPeer {
  readonly socket: Socket
  #received = Buffer.alloc(0)

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => {})
    socket.on('data', data => {
      this.#received = Buffer.concat([this.#received, data])
    })
  }

  /** Connects and shakes hands (BEP 3), with the extension protocol (BEP 10) and, if told so, the fast extension. */
  static async connect(port: number, infoHash: string, { isFast = false } = {}): Promise<RawPeer> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const peer = new RawPeer(socket)
    const reserved = Buffer.from([0, 0, 0, 0, 0, 0x10, 0, isFast ? 0x04 : 0])
    const id = Buffer.from('-RAW000-abcdefghijkl')
    socket.write(Buffer.concat([Buffer.from('\x13BitTorrent protocol'), reserved, Buffer.from(infoHash, 'hex'), id]))
    await peer.receive(68)
    return peer
  }

  /** The next `bytes` bytes. */
  async receive(bytes: number): Promise<Buffer> {
    while (this.#received.length < bytes) {
      if (this.socket.destroyed) throw new Error('the connection is closed')
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')])
    }
    const received = this.#received.subarray(0, bytes)
    this.#received = this.#received.subarray(bytes)
    return received
  }

  /** The next message of type `id`, without length and type. */
  async receiveMessage(id: number): Promise<Buffer> {
    for (;;) {
      const length = (await this.receive(4)).readUInt32BE()
      const message = await this.receive(length)
      if (message[0] === id) return message.subarray(1)
    }
  }

  send(id: number, payload: Uint8Array | readonly number[] = []): void {
    const message = Buffer.concat([Buffer.alloc(4), Buffer.from([id]), Uint8Array.from(payload)])
    message.writeUInt32BE(message.length - 4)
    this.socket.write(message)
  }

  sendNumbers(id: number, ...numbers: readonly number[]): void {
    const payload = Buffer.alloc(4 * numbers.length)
    for (const [k, number] of numbers.entries()) payload.writeUInt32BE(number >>> 0, 4 * k)
    this.send(id, payload)
  }

  async untilClosed(): Promise<void> {
    if (!this.socket.closed) await once(this.socket, 'close')
  }
}
