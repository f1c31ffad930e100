import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PeerKind, PeerTable } from './peer-table.ts'

/** Few addresses and ports, so that peers meet again; addresses of IPv6 with equal networks among them. */
const peer = fc.record({ host: fc.nat(12), port: fc.integer({ min: 1, max: 5 }) })
const kinds = fc.constantFrom<PeerKind>('leecher', 'partial-seed', 'seeder')
const step = fc.oneof(
  fc.record({ do: fc.constant('put' as const), peer, kind: kinds, expires: fc.nat(20) }),
  fc.record({ do: fc.constant('remove' as const), peer }),
  fc.record({ do: fc.constant('expire' as const), now: fc.nat(20) }),
  fc.record({ do: fc.constant('keep' as const) }),
)

const addressOf = (bytes: 4 | 16, host: number) => {
  const address = new Uint8Array(bytes).fill(10)
  if (bytes === 4) address[3] = host
  else [address[7], address[15]] = [host >> 1, host & 1]
  return address
}

test.each([4, 16] as const)('a table of addresses of %d bytes does what a map does, whatever happens', addressBytes => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer(), (steps, seed) => {
      let table = new PeerTable(addressBytes, seed)
      const model = new Map<
        string,
        { host: number; port: number; kind: PeerKind; expires: number; uploaded: number; downloaded: number }
      >()
      for (const [k, one] of steps.entries()) {
        if (one.do === 'put') {
          const { host, port } = one.peer
          const state = { kind: one.kind, expires: one.expires, uploaded: k, downloaded: 2 ** 40 + k }
          const place = table.find(addressOf(addressBytes, host), port)
          expect(place >= 0).toBe(model.has(`${host} ${port}`))
          if (place < 0) table.add(addressOf(addressBytes, host), port, state)
          else table.update(place, state)
          model.set(`${host} ${port}`, { host, port, ...state })
        } else if (one.do === 'remove') {
          const { host, port } = one.peer
          const place = table.find(addressOf(addressBytes, host), port)
          if (place >= 0) table.remove(place)
          expect(model.delete(`${host} ${port}`)).toBe(place >= 0)
        } else if (one.do === 'expire') {
          const gone = [...model].filter(([, { expires }]) => expires < one.now)
          for (const [name] of gone) model.delete(name)
          expect(table.expire(one.now)).toBe(gone.length)
        } else {
          const copy = new PeerTable(addressBytes, seed + 1)
          copy.restore(Uint8Array.from(table.dump()), table.leechers)
          table = copy
        }
      }
      expect(table.count).toBe(model.size)
      const countOf = (kind: PeerKind) => [...model.values()].filter(one => one.kind === kind).length
      expect([table.leechers, table.partialSeeds]).toEqual([countOf('leecher'), countOf('partial-seed')])
      expect(table.seeders).toBe(countOf('seeder'))
      for (const { host, port, ...state } of model.values()) {
        const address = addressOf(addressBytes, host)
        expect(table.state(table.find(address, port))).toEqual(state)
        const isHost = (other: number) => (addressBytes === 4 ? other === host : other >> 1 === host >> 1)
        expect(table.countOfHost(address)).toBe([...model.values()].filter(one => isHost(one.host)).length)
      }
    }),
    { numRuns: 60 },
  )
})

test('a sample has no peer twice, nobody from outside of the range, not the one that asks, and as many as there are', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.nat(60), fc.nat(80), fc.nat(59), (leechers, seeders, wanted, except) => {
      const table = new PeerTable(4, 1)
      for (let k = 0; k < leechers + seeders; k += 1) {
        table.add(Uint8Array.of(10, 0, 0, k), 1, {
          kind: k < leechers ? 'leecher' : 'seeder',
          expires: 1,
          uploaded: 0,
          downloaded: 0,
        })
      }
      const target = new Uint8Array(wanted * 6)
      const written = table.sample({ from: 0, to: table.leechers, except, wanted }, Math.random, target, 0)
      expect(written).toBe(Math.min(wanted, leechers - (except < leechers ? 1 : 0)))
      const ports = Array.from({ length: written }, (_, k) => table.find(target.subarray(k * 6, k * 6 + 4), 1))
      expect(new Set(ports).size).toBe(written)
      expect(ports.every(place => place >= 0 && place < table.leechers && place !== except)).toBe(true)
    }),
  )
})
