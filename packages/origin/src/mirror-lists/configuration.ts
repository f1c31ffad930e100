import { durationPattern, parseDuration, parseRate, ratePattern } from '@repocast/daemon'
import Type, { type Static } from 'typebox'
import type { PublicMirror } from './public-mirror.ts'

const address = '^https?://[^/?#]+(/[^?#]*)?$'

/** `mirror-lists` of `origin.yaml`. */
export const MirrorListsConfiguration = Type.Object(
  {
    mirrors: Type.Array(
      Type.Object(
        {
          url: Type.String({
            pattern: address,
            description: 'Where it serves repositories: as NAME below it, or with {repository} where the name belongs.',
          }),
          area: Type.Optional(Type.String({ minLength: 1, description: 'Area whose clients come here first.' })),
          bandwidth: Type.Optional(
            Type.String({ pattern: ratePattern, description: 'Of two mirrors that with more gets more clients.' }),
          ),
          repositories: Type.Optional(Type.Array(Type.String(), { description: 'What it serves, if not all.' })),
        },
        { additionalProperties: false },
      ),
      {
        default: [],
        description: 'Mirrors that clients may be sent to. Each is asked again and again what it serves.',
        examples: [[{ url: 'https://mirror.example.org/{repository}/', area: 'de', bandwidth: '10Gbit/s' }]],
      },
    ),
    areas: Type.Record(Type.String(), Type.Array(Type.String()), {
      default: {},
      description: 'Networks of clients by area: a country, a site.',
      examples: [{ de: ['192.0.2.0/24', '2001:db8::/32'] }],
    }),
    'probe-interval': Type.String({
      pattern: durationPattern,
      default: '15s',
      description: 'How often each mirror is asked. One that does not answer twice is left out.',
    }),
    'previous-for': Type.String({
      pattern: durationPattern,
      default: '10m',
      description: 'For so long after a publish mirrors with the snapshot before will do, while none has the newest.',
    }),
    fallback: Type.Array(Type.String({ pattern: address }), {
      default: [],
      description: 'Addresses for clients when no mirror will do, with {repository} where the name belongs.',
      examples: [['https://origin.example.org/files/{repository}/']],
    }),
  },
  {
    additionalProperties: false,
    description: '/mirrorlist, /metalink and /r, which send clients to mirrors that are up to date.',
  },
)
export type MirrorListsConfiguration = Static<typeof MirrorListsConfiguration>

const usualBandwidth = '1Gbit/s'

export function publicMirrors({ mirrors }: MirrorListsConfiguration): PublicMirror[] {
  return mirrors.map(({ url, area, bandwidth = usualBandwidth, repositories }) => ({
    ...{ url, area, repositories },
    weight: parseRate(bandwidth),
  }))
}

/** Seconds. */
export function timesOf(configuration: MirrorListsConfiguration): {
  readonly interval: number
  readonly previous: number
} {
  return {
    interval: parseDuration(configuration['probe-interval']),
    previous: parseDuration(configuration['previous-for']),
  }
}
