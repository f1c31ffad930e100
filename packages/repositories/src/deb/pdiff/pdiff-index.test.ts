import { expect, test } from 'vitest'
import { parsePdiffIndex } from './pdiff-index.ts'

const a = 'a1'.repeat(32)
const b = 'b2'.repeat(32)
const sample = `SHA256-Current: ${a} 1000
SHA256-History:
 ${b} 900 T-2024-01-01-0000.00-F-2023
SHA256-Patches:
 ${b} 90 T-2024-01-01-0000.00-F-2023
SHA256-Download:
 ${a} 40 T-2024-01-01-0000.00-F-2023.gz
X-Patch-Precedence: merged
`

test('an Index says where its patches lead and what they are', () => {
  const { current, history, patches, downloads } = parsePdiffIndex(Buffer.from(sample))
  expect(current).toMatchObject({ sizeBytes: 1000, digests: { sha256: a } })
  const name = 'T-2024-01-01-0000.00-F-2023'
  expect(history.get(name)).toEqual({ path: name, sizeBytes: 900, digests: { sha256: b } })
  expect(patches.get(name)).toEqual({ path: name, sizeBytes: 90, digests: { sha256: b } })
  expect(downloads.get(`${name}.gz`)).toEqual({ path: `${name}.gz`, sizeBytes: 40, digests: { sha256: a } })
})

test.each([
  ['nothing', ''],
  ['no current state', sample.replace(/^SHA256-Current.*\n/, '')],
  ['a patch elsewhere', sample.replaceAll('T-2024', '../T-2024')],
])('an Index with %s is malformed', (_, text) => {
  expect(() => parsePdiffIndex(Buffer.from(text))).toThrow(expect.objectContaining({ message: expect.any(String) }))
})
