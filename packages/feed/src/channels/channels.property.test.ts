import { parseRepositoryName } from '@repocast/objects'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Channels, decodeChannels, encodeChannels, moveChannel, parseChannelName } from './channels.ts'

const repository = parseRepositoryName('debian')
const none: Channels = { repository, revision: 0, serials: new Map() }
const name = fc.constantFrom('stable', 'testing', 'a', 'x1.2_3-4', 'constructor')
const move = fc.record({ name, serial: fc.option(fc.integer({ min: 1, max: 2 ** 40 }), { nil: undefined }) })

const codeOf = (bytes: Uint8Array): string => {
  try {
    decodeChannels(bytes, repository)
    return 'ok'
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('channels read back as they were moved, whatever was done before, and each move is a new revision', () => {
  fc.assert(
    fc.property(fc.array(move, { minLength: 1, maxLength: 20 }), moves => {
      const channels = moves.reduce((at, { name: one, serial }) => moveChannel(at, one, serial), none)
      expect(channels.revision).toBe(moves.length)
      const bytes = encodeChannels(channels)
      expect(decodeChannels(bytes, repository)).toEqual(channels)
      const last = new Map(moves.map(one => [one.name, one.serial]))
      for (const [one, serial] of last) expect(channels.serials.get(one)).toBe(serial)
      expect(encodeChannels(decodeChannels(bytes, repository))).toEqual(bytes)
    }),
  )
})

test('bytes that were changed are refused, never taken for others', () => {
  const bytes = encodeChannels(moveChannel(none, 'stable', 12))
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
      const changed = Buffer.from(bytes)
      changed[at] = byte
      const same = changed.equals(bytes)
      expect(codeOf(changed) === 'ok' || /REPOCAST_(CHANNELS_MALFORMED|FORMAT_TOO_NEW)/.test(codeOf(changed))).toBe(
        true,
      )
      if (same) expect(codeOf(changed)).toBe('ok')
    }),
  )
})

test.each([
  ['', 'REPOCAST_CHANNELS_MALFORMED'],
  ['[]', 'REPOCAST_CHANNELS_MALFORMED'],
  ['{"format":"repocast channels","version":2}', 'REPOCAST_FORMAT_TOO_NEW'],
  [
    '{"channels":{},"format":"repocast channels","repository":"yum","revision":1,"version":1}\n',
    'REPOCAST_CHANNELS_MALFORMED',
  ],
  [
    '{"channels":{"7":1},"format":"repocast channels","repository":"debian","revision":1,"version":1}\n',
    'REPOCAST_CHANNELS_MALFORMED',
  ],
  [
    '{"channels":{},"format":"repocast channels","repository":"debian","revision":1,"version":1}',
    'REPOCAST_CHANNELS_MALFORMED',
  ],
])('%s is refused', (text, code) => expect(codeOf(Buffer.from(text))).toBe(code))

test('a name begins with a letter, so that it is no serial', () => {
  expect(parseChannelName('stable-2')).toBe('stable-2')
  for (const bad of ['', '7', 'Stable', 'a/b', 'a b', '-a', `a${'b'.repeat(64)}`])
    expect(() => parseChannelName(bad)).toThrow(/not the name of a channel/)
})
