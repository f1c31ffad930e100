import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

// Below the range from which the kernel takes ports for outgoing connections, so that none of them steals one.
const [lowest, highest] = [20_000, 32_000]
const given = new Set<number>()

/** A port that nothing uses, neither over TCP nor over UDP; never the same one twice in a process. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest))
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) return port
  }
}

/** `count` free ports. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) ports.push(await freePort())
  return ports
}

async function isFree(port: number): Promise<boolean> {
  const tcp = createServer()
  const udp = createSocket('udp4')
  try {
    await Promise.all([once(tcp.listen(port), 'listening'), once(udp.bind(port), 'listening')])
    return true
  } catch {
    return false
  } finally {
    tcp.close()
    udp.close()
  }
}

let loopbacks = 0

/** An address of the loopback device that no other part of the lab has: 127.83.0.1 and so on. */
export function freshLoopback(): string {
  loopbacks += 1
  return `127.83.${loopbacks >> 8}.${loopbacks & 255}`
}
