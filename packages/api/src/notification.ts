import Type, { type Static, type TObject } from 'typebox'
import { DiskStatus, RepositoryState } from './agent-status.ts'

/*
 * What an origin tells its webhooks: a POST with one of these as JSON, signed as Standard Webhooks 1.0.0 says. A
 * message may come twice, with the same `webhook-id`.
 */

const time = Type.String({ description: 'ISO 8601, UTC' })
const text = Type.String()
const count = Type.Integer({ minimum: 0 })
const bytes = Type.Integer({ minimum: 0, description: 'bytes' })
const serial = Type.Integer({ minimum: 1 })
const orNull = <T extends Type.TSchema>(schema: T, description: string) =>
  Type.Union([schema, Type.Null()], { description })

const mirror = Type.Object({ id: Type.String({ description: "fingerprint of its agent's key" }), name: text })

const published = Type.Object({
  repository: text,
  kind: Type.Union([Type.Literal('yum'), Type.Literal('deb'), Type.Literal('plain')]),
  serial,
  created: time,
  files: count,
  bytes,
  newBytes: Type.Integer({ minimum: 0, description: 'bytes of the packs that the snapshot before did not have' }),
})

const failure = {
  repository: text,
  code: Type.String({ description: 'as docs/errors.md has it' }),
  message: text,
}

const finding = Type.Object({
  code: Type.String({ description: 'as docs/findings.md has it' }),
  severity: Type.Union([Type.Literal('error'), Type.Literal('warning'), Type.Literal('note')]),
  path: text,
  message: text,
  count: Type.Integer({ minimum: 1, description: 'findings of this code' }),
})

const lag = Type.Object({
  mirror,
  repository: text,
  serial: orNull(serial, 'served; null: none yet'),
  newestSerial: orNull(serial, 'that it is to have'),
  lagSerials: count,
  lagSeconds: Type.Integer({ minimum: 0, description: 'seconds' }),
  state: RepositoryState,
})

const silence = Type.Object({ mirror, lastReport: time })

const disk = Type.Object({ mirror: orNull(mirror, "null: the origin's own disk"), ...DiskStatus.properties })

/** What each type of event tells in `data`. */
const details = {
  'snapshot.published': published,
  'check.failed': Type.Object({
    ...failure,
    findings: Type.Array(finding, { description: 'errors first; the first of each code' }),
  }),
  'publish.failed': Type.Object(failure),
  'mirror.lagging': lag,
  'mirror.recovered': lag,
  'mirror.gone': silence,
  'mirror.back': silence,
  'disk.low': disk,
  'disk.recovered': disk,
  test: Type.Object({}),
} as const satisfies Readonly<Record<string, TObject>>

export type NotificationType = keyof typeof details

/** All types, in the order of the documentation. */
export const notificationTypes = Object.keys(details) as readonly NotificationType[]

/** When an event of each type comes. */
export const notificationMeanings: Readonly<Record<NotificationType, string>> = {
  'snapshot.published': 'A snapshot is published, by whomever.',
  'check.failed': 'A publish was refused by the check. Not told again while the next ones are refused for the same.',
  'publish.failed': 'A publish failed for another reason. Not told again while the next ones fail for the same.',
  'mirror.lagging':
    'A mirror is behind for longer than `lag-after`, with one repository. Once, until it has recovered.',
  'mirror.recovered': 'That mirror is behind for longer no more.',
  'mirror.gone': 'A mirror has not reported for `gone-after`. Once, until it is back.',
  'mirror.back': 'That mirror reports again.',
  'disk.low':
    "Less than `disk-low` is free on the origin's disk, or on that of a mirror. Once, until it has recovered.",
  'disk.recovered': 'A tenth more than that is free again.',
  test: 'Somebody asked for it by `repocast origin notify --test`.',
}

const envelope = <T extends NotificationType>(type: T) =>
  Type.Object({
    type: Type.Literal(type),
    version: Type.Literal(1),
    timestamp: Type.String({ description: 'when it happened, ISO 8601, UTC' }),
    origin: Type.String({ description: 'address of the origin' }),
    text: Type.String({ description: 'the same as a sentence, for chats' }),
    data: details[type],
  })

/** The schema of each type of event. */
export const Notification = {
  'snapshot.published': envelope('snapshot.published'),
  'check.failed': envelope('check.failed'),
  'publish.failed': envelope('publish.failed'),
  'mirror.lagging': envelope('mirror.lagging'),
  'mirror.recovered': envelope('mirror.recovered'),
  'mirror.gone': envelope('mirror.gone'),
  'mirror.back': envelope('mirror.back'),
  'disk.low': envelope('disk.low'),
  'disk.recovered': envelope('disk.recovered'),
  test: envelope('test'),
}

/** `data` of a type of event. */
export type NotificationData<T extends NotificationType = NotificationType> = Static<(typeof details)[T]>

/** An event, before it is known who tells it and when. */
export type NotificationEvent = {
  [T in NotificationType]: { readonly type: T; readonly data: NotificationData<T>; readonly text: string }
}[NotificationType]
