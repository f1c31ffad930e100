import { expect, test } from 'vitest'
import { parseAnswer } from './tracker-answer.ts'

test('compact peers of both families and failures are read', () => {
  const v4 = Buffer.from([127, 0, 0, 1, 0x1a, 0xe1, 10, 1, 2, 3, 0, 80])
  const v6 = Buffer.from('20010db800000000000000000000000100501ae1'.slice(0, 36), 'hex')
  const answer = Buffer.concat([
    Buffer.from('d8:completei2e8:intervali60e5:peers12:'),
    v4,
    Buffer.from('6:peers618:'),
    v6,
    Buffer.from('e'),
  ])
  expect(parseAnswer(answer)).toEqual({
    peers: ['127.0.0.1:6881', '10.1.2.3:80', '2001:db8:0:0:0:0:0:1:80'],
    failure: undefined,
  })
  expect(parseAnswer(Buffer.from('d14:failure reason7:unknowne'))).toEqual({ peers: [], failure: 'unknown' })
  expect(() => parseAnswer(Buffer.from('<html>'))).toThrow()
})
