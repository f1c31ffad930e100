import Type from 'typebox'

/** Keys of the configuration of whoever meets peers: whom it meets, and how it speaks with them. */
export const peerKeys = {
  'peer-allow': Type.Array(Type.String(), {
    default: [],
    description:
      'The only addresses and networks whose peers are met, calling or called. All, unless it is set. Feed, trackers and packs over HTTP are not guarded by it.',
    examples: [['10.0.0.0/8', '2001:db8::/32']],
  }),
  'peer-block': Type.Array(Type.String(), {
    default: [],
    description: 'Addresses and networks whose peers are not met, even when they are allowed.',
    examples: [['203.0.113.0/24']],
  }),
  encryption: Type.Union([Type.Literal('prefer'), Type.Literal('require'), Type.Literal('off')], {
    default: 'prefer',
    description:
      'Message-stream encryption between peers. prefer: calls begin encrypted where the other can, and what follows is encrypted when the other wants it. require: everything is, at some CPU, and others are not met. off: only plain. It hides from a line what is spoken; who a peer is, and that content is right, is settled by signatures.',
  }),
}
