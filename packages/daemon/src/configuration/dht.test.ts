import Type from 'typebox'
import { expect, test } from 'vitest'
import { dhtChoice, dhtKeys } from './dht.ts'
import { parseConfiguration } from './load.ts'

const parse = (text: string) =>
  parseConfiguration(Type.Object(dhtKeys, { additionalProperties: false }), text, 'origin.yaml')

test('the DHT is joined only when it is wanted, and nobody is asked who is not named', () => {
  expect(dhtChoice(parse('{}'), '/data/dht-nodes')).toBeUndefined()
  expect(dhtChoice(parse('dht-bootstrap: ["192.0.2.9:6881"]'), '/data/dht-nodes')).toBeUndefined()
  expect(dhtChoice(parse('dht: true'), '/data/dht-nodes')).toEqual({ bootstrap: [], nodesFile: '/data/dht-nodes' })
  const text = 'dht: true\ndht-port: 7002\ndht-bootstrap: ["origin.example.org:6881", "[2001:db8::7]:6881"]'
  expect(dhtChoice(parse(text), '/data/dht-nodes')).toEqual({
    port: 7002,
    bootstrap: ['origin.example.org:6881', '[2001:db8::7]:6881'],
    nodesFile: '/data/dht-nodes',
  })
})

test.each(['dht: maybe', 'dht-port: 70000', 'dht-bootstrap: [origin.example.org]'])('%s is refused', text => {
  expect(() => parse(text)).toThrow('origin.yaml:1')
})
