import type { Socket } from 'node:net'
import type { Wire } from 'webtorrent'
import Peer from 'webtorrent/lib/peer.js'

/** A peer that lets so many bytes of answers wait does not read. */
const maxUnsentBytes = 4 * 1024 * 1024

/**
 * Joins sockets and wires directly from now on. webtorrent puts four more streams between them, which count and limit
 * bytes: they cost CPU for each block, and hold bytes that neither the wire nor the socket knows of.
 */
export function joinDirectly(): void {
  Peer.prototype.setThrottlePipes = function (this: Peer) {
    join(this.conn, this.wire)
  }
}

function join(socket: Socket | null, wire: Wire | null): void {
  if (socket === null || wire === null) return
  socket.on('data', (bytes: Buffer) => {
    if (!wire.destroyed && !wire.write(bytes)) socket.pause()
  })
  wire.on('drain', () => socket.resume())
  let isCorked = false
  wire.on('data', (bytes: Uint8Array) => {
    if (socket.destroyed) return
    // the head of a message and its block leave with one system call
    if (!isCorked) {
      isCorked = true
      socket.cork()
      process.nextTick(() => {
        isCorked = false
        socket.uncork()
      })
    }
    socket.write(bytes)
    if (socket.writableLength > maxUnsentBytes) wire.destroy()
  })
}
