/** An IPv4 address as 4 bytes, or an IPv6 address as 16. */
export type Address = Uint8Array

/**
 * The address in a text; undefined when it is none, or none that others could use (with a zone, unspecified,
 * multicast). An IPv4 address in IPv6 clothes (`::ffff:192.0.2.1`) is an IPv4 address.
 */
export function parseAddress(text: string): Address | undefined {
  const address = text.includes(':') ? parseIpv6(text) : parseIpv4(text)
  return address && isUsable(address) ? address : undefined
}

export function formatAddress(address: Address): string {
  if (address.length === 4) return address.join('.')
  const groups = Array.from({ length: 8 }, (_, k) =>
    (((address[2 * k] ?? 0) << 8) | (address[2 * k + 1] ?? 0)).toString(16),
  )
  // The URL parser writes every IPv6 address in one way, the short one.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

export function isLoopback(address: Address): boolean {
  if (address.length === 4) return address[0] === 127
  return address.every((byte, k) => byte === (k === 15 ? 1 : 0))
}

function parseIpv4(text: string): Address | undefined {
  const bytes = new Uint8Array(4)
  let [part, digits, value] = [0, 0, 0]
  for (let k = 0; k <= text.length; k += 1) {
    const code = k === text.length ? dot : text.charCodeAt(k)
    if (code === dot) {
      if (digits === 0 || part > 3) return undefined
      bytes[part] = value
      part += 1
      digits = 0
      value = 0
    } else {
      digits += 1
      value = value * 10 + code - zero
      if (code < zero || code > zero + 9 || digits > 3 || value > 255) return undefined
    }
  }
  return part === 4 ? bytes : undefined
}

const [dot, zero] = [46, 48]
const mappedPrefix = '::ffff:'

function parseIpv6(text: string): Address | undefined {
  if (text.startsWith(mappedPrefix) && text.includes('.')) return parseIpv4(text.slice(mappedPrefix.length))
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !URL.canParse(`http://[${text}]`)) return undefined
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16)))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const all = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
  const address = Uint8Array.from(all.flatMap(group => [group >> 8, group & 255]))
  const isMapped = address[10] === 255 && address[11] === 255 && address.subarray(0, 10).every(byte => byte === 0)
  return isMapped ? address.slice(12) : address
}

/** Whether a peer could be reached there at all. */
function isUsable(address: Address): boolean {
  const first = address[0] ?? 0
  if (address.length === 4) return first !== 0 && first < 224
  return first !== 0xff && address.some(byte => byte !== 0)
}
