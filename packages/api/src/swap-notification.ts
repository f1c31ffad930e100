import Type, { type Static } from 'typebox'

const serial = Type.Integer({ minimum: 1 })

/** What an agent tells its webhooks: a POST with this as JSON, signed as Standard Webhooks 1.0.0 says. */
export const SwapNotification = Type.Object({
  type: Type.Literal('mirror.swapped'),
  version: Type.Literal(1),
  timestamp: Type.String({ description: 'when it began to serve it, ISO 8601, UTC' }),
  mirror: Type.String({ description: 'its `name`' }),
  text: Type.String({ description: 'the same as a sentence, for chats' }),
  data: Type.Object({
    repository: Type.String(),
    serial,
    previousSerial: Type.Union([serial, Type.Null()], { description: 'what was served when it was told last' }),
    publicUrl: Type.Union([Type.String(), Type.Null()], { description: 'where users find it, below /NAME/' }),
  }),
})
export type SwapNotification = Static<typeof SwapNotification>
