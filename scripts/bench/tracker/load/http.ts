import { connect, type Socket } from 'node:net'
import { Latencies } from '../latencies.ts'
import { addressOf, type LoadPeers, peersPerAddress } from '../peers.ts'
import type { Load } from './udp.ts'

/** Announces over HTTP as fast as answers come, one of each client under way. */
export async function loadHttp(
  peers: LoadPeers,
  { port, clients, seconds }: Load,
  keepAlive: boolean,
): Promise<Latencies> {
  const latencies = new Latencies()
  const until = performance.now() + seconds * 1000
  const run = keepAlive ? announceOnOne : announceOnMany
  await Promise.all(Array.from({ length: clients }, (_, k) => run(peers, k, port, until, latencies)))
  return latencies
}

/** All on one connection. */
async function announceOnOne(
  peers: LoadPeers,
  client: number,
  port: number,
  until: number,
  latencies: Latencies,
): Promise<void> {
  const requests = requestsOf(peers, client, 'keep-alive')
  const socket = open(client, port)
  let [next, sent] = [0, 0]
  let received = ''
  const ask = () => {
    sent = performance.now()
    socket.write(requests[next++ % requests.length] ?? '')
  }
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', ask)
    socket.on('data', (text: string) => {
      received += text
      const length = answerLength(received)
      if (length === undefined || received.length < length) return
      assertAnnounce(received)
      latencies.add(performance.now() - sent)
      received = received.slice(length)
      if (performance.now() < until) ask()
      else socket.end()
    })
    socket.on('error', reject)
    socket.on('close', () => (performance.now() < until ? reject(new Error('the connection was closed')) : resolve()))
  })
}

/** Each on a connection of its own, as most clients do. */
async function announceOnMany(
  peers: LoadPeers,
  client: number,
  port: number,
  until: number,
  latencies: Latencies,
): Promise<void> {
  const requests = requestsOf(peers, client, 'close')
  for (let next = 0; performance.now() < until; next += 1) {
    const begun = performance.now()
    const socket = open(client, port)
    socket.write(requests[next % requests.length] ?? '')
    let received = ''
    await new Promise<void>((resolve, reject) => {
      socket.on('data', (text: string) => {
        received += text
      })
      socket.on('error', reject)
      socket.on('close', () => resolve())
    })
    assertAnnounce(received)
    latencies.add(performance.now() - begun)
  }
}

function open(client: number, port: number): Socket {
  return connect({ host: '127.0.0.1', port, localAddress: addressOf(client), noDelay: true }).setEncoding('latin1')
}

function requestsOf(peers: LoadPeers, client: number, connection: string): string[] {
  return Array.from({ length: peersPerAddress }, (_, k) => {
    const number = client * peersPerAddress + k
    const peer = peers.peer(number)
    const infoHash = peers.infoHashOf(peer).toString('hex').replace(/../g, '%$&')
    const peerId = `-LT2080-${String(number).padStart(12, '0')}`
    const query = `info_hash=${infoHash}&peer_id=${peerId}&port=${peer.port}&uploaded=0&downloaded=0&left=${peer.left}`
    const target = `/announce?${query}&corrupt=0&key=0C4BD5B2&numwant=50&compact=1&no_peer_id=1&supportcrypto=1`
    const head = `host: 127.0.0.1\r\nuser-agent: libtorrent/2.0.8\r\naccept-encoding: gzip\r\nconnection: ${connection}`
    return `GET ${target} HTTP/1.1\r\n${head}\r\n\r\n`
  })
}

/** Bytes of the answer at the front; undefined while its head is not all there. */
function answerLength(received: string): number | undefined {
  const head = received.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  return head + 4 + Number(/content-length: *(\d+)/i.exec(received.slice(0, head))?.[1] ?? 0)
}

function assertAnnounce(answer: string): void {
  if (!answer.includes('8:interval')) throw new Error(`that is no answer to an announce: ${answer.slice(0, 300)}`)
}
