import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kindOfMessage } from './message.ts'

const kind = (text: string) => kindOfMessage(Buffer.from(text, 'latin1'))
const id = '0123456789abcdefghij'
const query = (name: string, more = '') => `d1:ad2:id20:${id}${more}e1:q${name.length}:${name}1:t2:aa1:y1:qe`
const answer = (more = '') => `d1:rd2:id20:${id}${more}e1:t2:aa1:y1:re`

// The examples of BEP 5, https://www.bittorrent.org/beps/bep_0005.html
test.each([
  ['query', 'd1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe'],
  ['answer', 'd1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re'],
  ['answer', 'd1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee'],
  ['query', 'd1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:y1:qe'],
  ['query', 'd1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:qe'],
  ['answer', 'd1:rd2:id20:abcdefghij01234567895:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:y1:re'],
  [
    'query',
    'd1:ad2:id20:abcdefghij012345678912:implied_porti1e9:info_hash20:mnopqrstuvwxyz1234564:porti6881e5:token8:aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe',
  ],
  // with more than BEP 5 names, as others send it
  ['answer', `d2:ip6:axje.u1:rd2:id20:${id}1:pi7e5:nodes26:${'n'.repeat(26)}e1:t2:aa1:v4:LT011:y1:re`],
])('a %s is understood: %s', (expected, text) => expect(kind(text)).toBe(expected))

test.each([
  ['nothing', ''],
  ['no dictionary', 'i1e'],
  ['no transaction', `d1:rd2:id20:${id}e1:y1:re`],
  ['an empty transaction', `d1:rd2:id20:${id}e1:t0:1:y1:re`],
  ['a transaction that is a number', `d1:rd2:id20:${id}e1:ti5e1:y1:re`],
  ['a long transaction, which an answer would repeat', `d1:rd2:id20:${id}e1:t99:${'t'.repeat(99)}1:y1:re`],
  ['another kind', `d1:rd2:id20:${id}e1:t2:aa1:y1:xe`],
  ['an answer without id', 'd1:rde1:t2:aa1:y1:re'],
  ['an answer with a short id', 'd1:rd2:id3:abce1:t2:aa1:y1:re'],
  ['an answer with an id that is a list', 'd1:rd2:idlee1:t2:aa1:y1:re'],
  ['nodes that are cut off', answer('5:nodes25:nnnnnnnnnnnnnnnnnnnnnnnnn')],
  ['nodes that are a number', answer('5:nodesi1e')],
  ['values that are no list', answer('6:values6:axje.u')],
  ['values of a wrong length', answer('6:valuesl5:axje.e')],
  ['a token that is a number', answer('5:tokeni1e')],
  ['a key that means more to JavaScript', answer('9:__proto__de')],
  ['an error that is no list', 'd1:ed0:dee1:t2:aa1:y1:ee'],
  ['an error with a dictionary in it', 'd1:eld8:toString1:aee1:t2:aa1:y1:ee'],
  ['a query that nobody knows', query('vote')],
  ['a value to store (BEP 44)', query('put', '5:token1:a1:v1:x')],
  ['a search for nothing', query('find_node')],
  ['a search for a short info-hash', query('get_peers', '9:info_hash2:ab')],
  ['an announcement without token', query('announce_peer', `9:info_hash20:${id}4:porti1e`)],
  ['an announcement of a port that is none', query('announce_peer', `9:info_hash20:${id}4:porti70000e5:token1:a`)],
  ['something behind the end', `${answer()}x`],
])('%s is not for us', (_, text) => expect(kind(text)).toBeUndefined())

test('whatever bytes come, nothing is thrown', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), bytes => void kindOfMessage(Buffer.from(bytes))))
  const text = Buffer.from(answer(`5:nodes26:${'n'.repeat(26)}5:token1:a`), 'latin1')
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const other = Buffer.from(text)
      other[at] = byte
      kindOfMessage(other)
    }),
  )
})
