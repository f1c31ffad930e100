import { parseConfiguration } from '@repocast/daemon'
import type { PeerLists, Swarm } from '@repocast/swarm'
import { expect, test } from 'vitest'
import { AgentConfiguration } from './configuration.ts'
import { AgentLayout } from './layout.ts'
import { checkPeerLists, meetPeers, peerOptions } from './peer-options.ts'

const parse = (text: string) => parseConfiguration(AgentConfiguration, text, 'agent.yaml')
const layout = new AgentLayout('/data')
const link = (name: string) => `repocast+http://origin.example.org:8080/feed/#1:${name}:${'0123456789abcdef'.repeat(4)}`

test('what a configuration says of ports, addresses and the start of transfers is what the swarm is opened with', () => {
  const text = `
peer-port: 7000
bind-address: 192.0.2.1
announce-address: 198.51.100.7
announce-port: 7001
encryption: require
local-discovery: true
peer-exchange: false
ramp-up: 30s
max-connections: 9`
  expect(peerOptions(parse(text), layout)).toMatchObject({
    peerPort: 7000,
    bindAddress: '192.0.2.1',
    announceAddress: '198.51.100.7',
    announcePort: 7001,
    encryption: 'require',
    localDiscovery: {},
    peerExchange: false,
    dht: undefined,
    maxConnections: 9,
    limits: { rampUpSeconds: 30 },
  })
})

test('the DHT is joined when the configuration says so, and where', () => {
  expect(peerOptions(parse('dht: true'), layout).dht).toEqual({ bootstrap: [], nodesFile: '/data/dht-nodes' })
  const text = 'dht: true\ndht-port: 7002\ndht-bootstrap: ["origin.example.org:6881", "192.0.2.9:6881"]'
  const bootstrap = ['origin.example.org:6881', '192.0.2.9:6881']
  expect(peerOptions(parse(text), layout).dht).toEqual({ port: 7002, bootstrap, nodesFile: '/data/dht-nodes' })
  expect(() => parse('dht-bootstrap: [origin.example.org]')).toThrow('agent.yaml:1')
})

test('peers and lists of a configuration take the place of those before, also of repositories that are gone', () => {
  const told = new Map<string | undefined, readonly string[]>()
  let lists: PeerLists | undefined
  const swarm = {
    filterPeers: (other: PeerLists) => {
      lists = other
    },
    knowPeers: async (_: string, peers: readonly string[], group?: string) => void told.set(group, peers),
  } as unknown as Swarm
  const repository = (name: string, peers: string) => `- {link: "${link(name)}", path: /srv/${name}, peers: [${peers}]}`
  const first = parse(`
peers: ["mirror.example.org:6881", "[2001:db8::7]:6881"]
peer-allow: [10.0.0.0/8]
repositories:
${repository('debian', '"10.0.0.9:1"')}
${repository('fedora', '"10.0.0.9:2"')}`)
  meetPeers(swarm, first)
  expect(lists).toEqual({ allow: ['10.0.0.0/8'], block: [] })
  expect([...told]).toEqual([
    [undefined, ['mirror.example.org:6881', '[2001:db8::7]:6881']],
    ['debian', ['10.0.0.9:1']],
    ['fedora', ['10.0.0.9:2']],
  ])
  meetPeers(swarm, parse(`peer-block: [192.0.2.0/24]\nrepositories:\n${repository('debian', '"10.0.0.8:1"')}`), first)
  expect(lists).toEqual({ allow: [], block: ['192.0.2.0/24'] })
  expect([...told]).toEqual([
    [undefined, []],
    ['debian', ['10.0.0.8:1']],
    ['fedora', []],
  ])
})

test.each(['peer-allow', 'peer-block', 'site-networks'])('%s with what is no network is told', key => {
  expect(() => checkPeerLists(parse(`${key}: [10.0.0.0/99]`))).toThrow(`agent.yaml: ${key}: `)
})

test.each(['mirror.example.org', '2001:db8::7:6881', 'mirror.example.org:port'])('%s is no peer', peer => {
  expect(() => parse(`peers: ["${peer}"]`)).toThrow('agent.yaml:1')
})

test('a bind-address is an address', () => {
  for (const address of ['192.0.2.1', '2001:db8::7', '::', 'fe80::1%eth0'])
    expect(parse(`bind-address: "${address}"`)['bind-address']).toBe(address)
  for (const other of ['eth0', 'mirror.example.org', '192.0.2.1:80', ''])
    expect(() => parse(`bind-address: "${other}"`)).toThrow('agent.yaml:1')
})
