import { Malformed } from '../metadata/malformed.ts'

/** An InRelease file, taken apart. */
export interface ClearSigned {
  /** The text that was signed, with its dash escapes taken off, each line ended by `\n`. */
  readonly content: Buffer
  /** The armored signature. */
  readonly signature: string
}

const messageBegin = '-----BEGIN PGP SIGNED MESSAGE-----'
const signatureBegin = '-----BEGIN PGP SIGNATURE-----'
const signatureEnd = '-----END PGP SIGNATURE-----'

/**
 * Takes a clear-signed message apart (RFC 9580, section 7). Like apt, it takes one message and nothing around it,
 * so that nobody reads a line as signed that is not.
 * @throws Malformed
 */
export function splitClearSigned(bytes: Uint8Array): ClearSigned {
  const lines = linesOf(bytes)
  let at = 0
  if (lines[at] !== messageBegin) throw new Malformed('it does not begin as a clear-signed message', 1)
  at += 1
  for (; lines[at] !== ''; at += 1) {
    const line = lines[at]
    if (line === undefined) throw new Malformed('it ends in the head of the signed message', at)
    if (!/^(Hash|NotDashEscaped|Charset|Comment|Version): /.test(line)) {
      throw new Malformed('its head has a line that is not an armor header', at + 1)
    }
  }
  at += 1
  const from = at
  const text: string[] = []
  for (; lines[at] !== signatureBegin; at += 1) {
    const line = lines[at]
    if (line === undefined) throw new Malformed('it has no signature', from)
    if (line.startsWith('-') && !line.startsWith('- '))
      throw new Malformed('a line begins with an unescaped dash', at + 1)
    text.push(line.startsWith('- ') ? line.slice(2) : line)
  }
  const end = lines.indexOf(signatureEnd, at)
  if (end === -1) throw new Malformed('its signature has no end', at + 1)
  const behind = lines.findIndex((line, k) => k > end && line !== '')
  if (behind !== -1) throw new Malformed('there is text behind its signature', behind + 1)
  const signature = `${lines.slice(at, end + 1).join('\n')}\n`
  return { content: Buffer.from(text.map(line => `${line}\n`).join(''), 'latin1'), signature }
}

/** Lines without the white space at their end, which signatures do not cover. */
function linesOf(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  return text.split('\n').map(line => line.replace(/[ \t\r]+$/, ''))
}

/** Whether two texts are the same but for white space at the ends of lines and of the text. */
export function sameText(a: Uint8Array, b: Uint8Array): boolean {
  const plain = (bytes: Uint8Array): string => linesOf(bytes).join('\n').trimEnd()
  return plain(a) === plain(b)
}
