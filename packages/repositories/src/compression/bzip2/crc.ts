const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24
  for (let bit = 0; bit < 8; bit += 1) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1
  return value >>> 0
})

/** The CRC-32 of bzip2, which takes the most significant bit first; begins and ends with all bits turned. */
export function addToCrc(crc: number, bytes: Uint8Array): number {
  let value = crc
  for (let k = 0; k < bytes.length; k += 1) value = (value << 8) ^ (table[(value >>> 24) ^ (bytes[k] ?? 0)] ?? 0)
  return value >>> 0
}
