import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Lab } from '../lab.ts'

/** A TCP proxy that counts what passes, whatever the protocol. */
export interface CountingProxy {
  readonly port: number
  /** Bytes from those who connect to the target. */
  readonly sentBytes: number
  /** Bytes from the target to those who connect. */
  readonly receivedBytes: number
  /** Connections taken so far. */
  readonly connections: number
  /** Counts from zero again. */
  reset(): void
  /** Cuts all connections and refuses new ones; it also ends with its lab. */
  stop(): Promise<void>
  /** Takes connections again, on the same port. */
  resume(): Promise<void>
}

/** Starts a proxy on 127.0.0.1 before `port` of `host`. */
export async function countingProxy(
  lab: Lab,
  { port, host = '127.0.0.1', listenPort = 0 }: { readonly port: number; readonly host?: string; listenPort?: number },
): Promise<CountingProxy> {
  const counts = { sentBytes: 0, receivedBytes: 0, connections: 0 }
  const sockets = new Set<Socket>()

  function track(socket: Socket, other: Socket, count: (bytes: number) => void): void {
    sockets.add(socket)
    socket.on('data', chunk => count(chunk.length))
    socket.pipe(other)
    socket.on('error', () => other.destroy()) // an error here is a cut connection for the other side
    socket.once('close', () => {
      sockets.delete(socket)
      other.destroySoon()
    })
  }

  const server = createServer({ allowHalfOpen: true }, near => {
    counts.connections += 1
    const far = connect({ host, port, allowHalfOpen: true })
    track(near, far, bytes => {
      counts.sentBytes += bytes
    })
    track(far, near, bytes => {
      counts.receivedBytes += bytes
    })
  })

  const listen = async (wanted: number): Promise<number> => {
    await once(server.listen(wanted, '127.0.0.1'), 'listening')
    return (server.address() as AddressInfo).port
  }
  const stop = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  lab.onClose(stop)
  const ownPort = await listen(listenPort)
  return {
    port: ownPort,
    get sentBytes() {
      return counts.sentBytes
    },
    get receivedBytes() {
      return counts.receivedBytes
    },
    get connections() {
      return counts.connections
    },
    reset: () => void Object.assign(counts, { sentBytes: 0, receivedBytes: 0, connections: 0 }),
    stop,
    resume: async () => void (await listen(ownPort)),
  }
}
