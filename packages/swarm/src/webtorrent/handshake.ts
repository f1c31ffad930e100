import type { Wire } from 'webtorrent'
import Peer from 'webtorrent/lib/peer.js'
import { KeyExchange } from './encryption.ts'

/*
 * What is used of the wire's handshake beyond its documented interface; as seams.ts is, it is held by seams.test.ts.
 */

const ownOnConnect = Peer.prototype.onConnect

/**
 * Has the wire hand over its messages at once, in the order in which they are made, and before they are encrypted: RC4
 * wants one order of all that is sent, and blocks go past the wire.
 */
export function takeMessages(wire: Wire, send: (bytes: Uint8Array) => void): void {
  Object.assign(wire, {
    _push(bytes: Uint8Array) {
      if (!wire._finished) send(bytes)
    },
  })
  const encryptor = wire._encryptor
  if (encryptor === null) return
  encryptor._dh = new KeyExchange()
  const setInfoHash = wire.setInfoHash
  Object.assign(wire, {
    // called in an async function of webtorrent: what leaves it would end the process
    setInfoHash(infoHash: string) {
      guarded(wire, () => setInfoHash.call(wire, infoHash))
    },
  })
}

/** Gives bytes of a handshake to the wire. Anything may come from anybody here: what it triggers ends the connection only. */
export function hearHandshake(wire: Wire, bytes: Uint8Array): void {
  if (!wire.destroyed) guarded(wire, () => wire._write(bytes, () => {}))
}

/** Takes what follows the handshake away from the wire: what it has of it, and how the rest is decrypted. */
export function takeStream(wire: Wire): {
  readonly rest: Uint8Array
  readonly decrypt: ((bytes: Uint8Array) => Uint8Array) | undefined
} {
  const rest = Buffer.concat(wire._buffer)
  Object.assign(wire, { _buffer: [], _bufferSize: 0 })
  const encryptor = wire._encryptor
  if (encryptor === null) return { rest, decrypt: undefined }
  const isEncrypted = encryptor._isEncrypted
  const { decryptCipher } = encryptor
  // what comes back to the wire is plain
  encryptor.decrypt = bytes => bytes
  return { rest, decrypt: isEncrypted && decryptCipher ? bytes => decryptCipher(bytes) : undefined }
}

/** Calls a peer that has hung up on an encrypted handshake plainly the next time, and the other way round. */
export function alternateEncryption(): void {
  Peer.prototype.onConnect = function (this: Peer) {
    if (this.type === 'tcpOutgoing' && this.secure === 1 && this.retries % 2 === 1) this.secure = 0
    ownOnConnect.call(this)
  }
}

function guarded(wire: Wire, act: () => void): void {
  try {
    act()
  } catch {
    wire.destroy()
  }
}
