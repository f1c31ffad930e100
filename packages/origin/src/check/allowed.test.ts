import { expect, test } from 'vitest'
import { allowedCodes } from './allowed.ts'

test('codes that are allowed have to be codes of rules', () => {
  expect([...allowedCodes(['TREE_SHRUNK', 'DEB_WEAK_CHECKSUM'])]).toEqual(['TREE_SHRUNK', 'DEB_WEAK_CHECKSUM'])
  const refusal = (code: string) => expect(() => allowedCodes([code]))
  refusal('DEB_WEAK_CHECKSUMS').toThrow(expect.objectContaining({ hint: 'did you mean DEB_WEAK_CHECKSUM?' }))
  refusal('toString').toThrow(expect.objectContaining({ code: 'REPOCAST_FINDING_UNKNOWN' }))
})
