/** What the doctor reads in the answer of a tracker. */
export interface TrackerAnswer {
  /** `host:port`, IPv6 without brackets. */
  readonly peers: readonly string[]
  /** Why the tracker refuses. */
  readonly failure: string | undefined
}

/**
 * Finds compact peers (BEP 23, BEP 7) and a failure in a bencoded answer; what is no answer has none of both. Pure.
 * @throws Error when it is no bencoded dictionary
 */
export function parseAnswer(answer: Buffer): TrackerAnswer {
  if (answer[0] !== 0x64) throw new Error('it is not the answer of a tracker')
  const v4 = bytesOf(answer, 'peers')
  const v6 = bytesOf(answer, 'peers6')
  const peers: string[] = []
  for (let at = 0; at + 6 <= v4.length; at += 6) {
    peers.push(`${v4.subarray(at, at + 4).join('.')}:${v4.readUInt16BE(at + 4)}`)
  }
  for (let at = 0; at + 18 <= v6.length; at += 18) {
    const groups = Array.from({ length: 8 }, (_, k) => v6.readUInt16BE(at + 2 * k).toString(16))
    peers.push(`${groups.join(':')}:${v6.readUInt16BE(at + 16)}`)
  }
  const failure = bytesOf(answer, 'failure reason').toString('utf8')
  return { peers, failure: failure === '' ? undefined : failure }
}

/** The byte string under a key of a bencoded dictionary; empty when there is none. */
function bytesOf(answer: Buffer, key: string): Buffer {
  const text = `${key.length}:${key}`
  const at = answer.indexOf(text)
  if (at < 0) return Buffer.alloc(0)
  const start = at + text.length
  const colon = answer.indexOf(':', start)
  const length = colon < 0 ? Number.NaN : Number(answer.toString('latin1', start, colon))
  return Number.isInteger(length) ? answer.subarray(colon + 1, colon + 1 + length) : Buffer.alloc(0)
}
