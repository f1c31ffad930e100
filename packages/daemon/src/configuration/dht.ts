import Type, { type Static } from 'typebox'

/** `HOST:PORT`, IPv6 in brackets. */
export const hostPortPattern = '^([a-zA-Z0-9._-]+|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5}$'

/** What agents and origins are told of the DHT. */
export const dhtKeys = {
  dht: Type.Boolean({
    default: false,
    description:
      'Find peers by the DHT (BEP 5, UDP, IPv4), too, and help others to find theirs; whoever asks there learns who shares a pack. Never about private packs. Nobody outside is asked unless `dht-bootstrap` names him.',
  }),
  'dht-port': Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65_535,
      description: 'UDP port of the DHT. The number of `peer-port` unless it is set, so that known peers can be asked.',
      examples: [6882],
    }),
  ),
  'dht-bootstrap': Type.Array(Type.String({ pattern: hostPortPattern }), {
    maxItems: 100,
    default: [],
    description:
      'Nodes (HOST:PORT) to begin with in the DHT; any origin or mirror with `dht: true` is one. Known peers, nodes of the last run and those of connected peers are asked in any case, so that a network of its own needs none; the DHT of the world has router.bittorrent.com:6881 and dht.transmissionbt.com:6881.',
    examples: [['origin.example.org:6881', 'mirror.example.org:6881']],
  }),
}

const Keys = Type.Object(dhtKeys)

/** How the DHT is joined by a configuration; undefined: not at all. */
export function dhtChoice(configuration: Static<typeof Keys>, nodesFile: string) {
  if (!configuration.dht) return undefined
  return { port: configuration['dht-port'], bootstrap: configuration['dht-bootstrap'], nodesFile }
}
