import { randomBytes } from 'node:crypto'

/** Client and version in front of a peer id (BEP 20). */
const prefix = Buffer.from('-RC0100-')

/** 20 bytes in hexadecimal. */
export function newPeerId(): string {
  return Buffer.concat([prefix, randomBytes(20 - prefix.length)]).toString('hex')
}

/** Whether a peer id, in hexadecimal, says that it is a repocast's. Anybody may say so: only what helps him hangs on it. */
export function isOurs(peerId: string): boolean {
  return peerId.startsWith(prefix.subarray(0, 3).toString('hex'))
}
