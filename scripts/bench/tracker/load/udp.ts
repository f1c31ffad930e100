import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { Latencies } from '../latencies.ts'
import { addressOf, type LoadPeers, peersPerAddress } from '../peers.ts'

/** A packet that was not answered in this time is lost, and the next one is sent. */
const lostMilliseconds = 1000

/** One address that announces its peers over UDP (BEP 15), several at a time. */
class UdpClient {
  readonly #socket: Socket
  readonly #peers: LoadPeers
  readonly #first: number
  readonly #port: number
  readonly #sent = new Map<number, number>()
  #connectionId = Buffer.alloc(8)
  #transaction = 0
  #onAnswer: (milliseconds: number) => void = () => {}

  constructor(peers: LoadPeers, address: number, port: number) {
    this.#socket = createSocket('udp4')
    this.#peers = peers
    this.#first = address * peersPerAddress
    this.#port = port
    this.#socket.bind(0, addressOf(address))
  }

  async connect(): Promise<void> {
    await once(this.#socket, 'listening')
    const packet = Buffer.alloc(16)
    packet.writeBigUInt64BE(0x41727101980n)
    const answered = once(this.#socket, 'message', { signal: AbortSignal.timeout(10 * lostMilliseconds) })
    const send = () => this.#socket.send(packet, this.#port, '127.0.0.1')
    send()
    const again = setInterval(send, lostMilliseconds)
    const [answer] = (await answered.finally(() => clearInterval(again))) as [Buffer]
    this.#connectionId = Buffer.from(answer.subarray(8, 16))
    this.#socket.on('message', bytes => this.#receive(bytes))
  }

  /** Announces each of its peers until it is answered, one at a time. @throws Error when one is not, again and again */
  async announceAll(): Promise<void> {
    const last = Math.min(this.#first + peersPerAddress, this.#peers.count)
    for (let number = this.#first; number < last; number += 1) {
      for (let tries = 0; !(await this.#isAnswered(number)); tries += 1) {
        if (tries === 5) throw new Error('the tracker does not answer over UDP')
      }
    }
  }

  async #isAnswered(number: number): Promise<boolean> {
    const isAnswered = await new Promise<boolean>(resolve => {
      const lost = setTimeout(() => resolve(false), lostMilliseconds)
      this.#onAnswer = () => {
        clearTimeout(lost)
        resolve(true)
      }
      this.#announce(number)
    })
    this.#sent.clear()
    return isAnswered
  }

  /** Announces its peers in turn until `until` (of performance.now), `window` at a time. */
  async announceUntil(until: number, window: number, latencies: Latencies): Promise<void> {
    let next = 0
    const more = () => this.#announce(this.#first + (next++ % peersPerAddress))
    this.#onAnswer = milliseconds => {
      latencies.add(milliseconds)
      if (performance.now() < until) more()
    }
    for (let k = 0; k < window; k += 1) more()
    while (performance.now() < until) {
      await new Promise(resolve => setTimeout(resolve, Math.min(lostMilliseconds, until - performance.now())))
      const old = performance.now() - lostMilliseconds
      for (const [transaction, at] of this.#sent) {
        if (at > old) continue
        this.#sent.delete(transaction)
        more()
      }
    }
  }

  close(): void {
    this.#socket.close()
  }

  #announce(number: number): void {
    const peer = this.#peers.peer(number)
    const packet = Buffer.alloc(98)
    this.#connectionId.copy(packet)
    packet.writeUInt32BE(1, 8)
    this.#transaction = (this.#transaction + 1) >>> 0
    packet.writeUInt32BE(this.#transaction, 12)
    this.#peers.infoHashOf(peer).copy(packet, 16)
    packet.writeUInt32BE(number, 36)
    packet.writeUInt32BE(peer.left, 68)
    packet.writeInt32BE(50, 92)
    packet.writeUInt16BE(peer.port, 96)
    this.#sent.set(this.#transaction, performance.now())
    this.#socket.send(packet, this.#port, '127.0.0.1')
  }

  #receive(answer: Buffer): void {
    const transaction = answer.length < 8 ? -1 : answer.readUInt32BE(4)
    const at = this.#sent.get(transaction)
    if (at === undefined) return
    this.#sent.delete(transaction)
    if (answer.readUInt32BE(0) !== 1) throw new Error(`the tracker refuses: ${answer.subarray(8).toString()}`)
    this.#onAnswer(performance.now() - at)
  }
}

const socketsAtOnce = 100

/** Makes every peer of the load known. @throws Error when the tracker does not answer */
export async function announceEveryone(peers: LoadPeers, port: number): Promise<void> {
  for (let first = 0; first < peers.addresses; first += socketsAtOnce) {
    const count = Math.min(socketsAtOnce, peers.addresses - first)
    const clients = Array.from({ length: count }, (_, k) => new UdpClient(peers, first + k, port))
    await Promise.all(clients.map(client => client.connect()))
    await Promise.all(clients.map(client => client.announceAll()))
    for (const client of clients) client.close()
  }
}

export interface Load {
  readonly port: number
  readonly clients: number
  readonly seconds: number
}

/** Announces over UDP as fast as answers come, eight of each client under way. */
export async function loadUdp(peers: LoadPeers, { port, clients: count, seconds }: Load): Promise<Latencies> {
  const latencies = new Latencies()
  const clients = Array.from({ length: count }, (_, k) => new UdpClient(peers, k, port))
  await Promise.all(clients.map(client => client.connect()))
  const until = performance.now() + seconds * 1000
  await Promise.all(clients.map(client => client.announceUntil(until, 8, latencies)))
  for (const client of clients) client.close()
  return latencies
}
