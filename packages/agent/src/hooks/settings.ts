import { bytesPattern, durationPattern, parseBytes, parseDuration } from '@repocast/daemon'
import Type, { type Static } from 'typebox'

/** When a command of the admin is run. */
export type HookName = 'pre-swap' | 'post-swap' | 'on-error' | 'on-transfer'

const command = (description: string, example: string) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), {
      minItems: 1,
      maxItems: 100,
      description,
      examples: [[example]],
    }),
  )

const commands = {
  'pre-swap': command(
    'Run when a new snapshot is complete, checked, and about to be served. Any exit code but 0 vetoes that: it is asked again later, and for the next snapshot.',
    '/etc/repocast/hooks/may-swap',
  ),
  'post-swap': command(
    'Run after a swap. It is not forgotten when the agent is killed in between, and may be run twice then.',
    '/etc/repocast/hooks/push-leaves',
  ),
  'on-error': command('Run when updates begin to fail, once for each code of error.', '/etc/repocast/hooks/tell-admin'),
  'on-transfer': command(
    'Run before more than `transfer-above` is fetched at once.',
    '/etc/repocast/hooks/large-transfer',
  ),
}

const timeLimit = Type.String({
  pattern: durationPattern,
  default: '5m',
  description: 'How long a hook may run. Then it is ended, with all that it has started.',
})
const transferAbove = Type.String({
  pattern: bytesPattern,
  default: '1GB',
  description: 'Transfers of more than this run on-transfer.',
})
const transferVeto = Type.Boolean({
  default: false,
  description: 'Whether on-transfer vetoes the transfer by an exit code other than 0.',
})

/** `hooks` of `agent.yaml`. */
export const HooksConfiguration = Type.Object(
  { ...commands, 'time-limit': timeLimit, 'transfer-above': transferAbove, 'transfer-veto': transferVeto },
  {
    additionalProperties: false,
    description:
      'Commands that are run around updates, each a list of a program and its arguments; no shell reads them. They learn by environment variables what it is about, and what they print is logged.',
  },
)
export type HooksConfiguration = Static<typeof HooksConfiguration>

/** `hooks` of one repository, each key in place of that of the agent. */
export const RepositoryHooks = Type.Object(
  {
    ...commands,
    'time-limit': Type.Optional(Type.String({ pattern: durationPattern })),
    'transfer-above': Type.Optional(Type.String({ pattern: bytesPattern })),
    'transfer-veto': Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, description: 'As `hooks` below, for this repository: each key in place of that one.' },
)
export type RepositoryHooks = Static<typeof RepositoryHooks>

/** The hooks of one repository. */
export interface HookSettings {
  /** Program and arguments. */
  readonly commands: Readonly<Partial<Record<HookName, readonly string[]>>>
  readonly timeLimitSeconds: number
  readonly transferAboveBytes: number
  readonly isTransferVetoed: boolean
}

/** For who has no configuration. */
export const noHooks: HookSettings = {
  commands: {},
  timeLimitSeconds: 0,
  transferAboveBytes: Number.POSITIVE_INFINITY,
  isTransferVetoed: false,
}

/** What both configurations say together. @throws RepocastError REPOCAST_QUANTITY_MALFORMED */
export function hookSettings(all: HooksConfiguration, own: RepositoryHooks = {}): HookSettings {
  const {
    'time-limit': limit,
    'transfer-above': above,
    'transfer-veto': isTransferVetoed,
    ...given
  } = { ...all, ...own }
  return {
    commands: given,
    timeLimitSeconds: parseDuration(limit),
    transferAboveBytes: parseBytes(above),
    isTransferVetoed,
  }
}
