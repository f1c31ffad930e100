import { once } from 'node:events'
import { Server } from 'bittorrent-tracker'
import type { Lab } from '../lab.ts'
import { freePort } from '../run/ports.ts'

/** A tracker that forgets everything with its lab. */
export interface LabTracker {
  readonly httpUrl: string
  readonly udpUrl: string
}

export interface LabTrackerOptions {
  /** Default 127.0.0.1. */
  readonly address?: string
  /** How often clients are asked to come back; default 2. */
  readonly intervalSeconds?: number
}

/** Starts a stock bittorrent-tracker, over HTTP and UDP on one port. */
export async function startTracker(
  lab: Lab,
  { address = '127.0.0.1', intervalSeconds = 2 }: LabTrackerOptions = {},
): Promise<LabTracker> {
  const port = await freePort()
  const server = new Server({ http: true, udp: true, ws: false, stats: false, interval: intervalSeconds * 1000 })
  const listening = once(server, 'listening')
  server.listen(port, { http: address, udp: address, udp6: '::1' })
  await listening
  lab.onClose(() => new Promise<void>(resolve => server.close(() => resolve())))
  return { httpUrl: `http://${address}:${port}/announce`, udpUrl: `udp://${address}:${port}` }
}
