import { RepocastError } from '@repocast/errors'
import { canonicalJson, type RepositoryName } from '@repocast/objects'

/** Names of a repository that point at serials, such as `stable`. */
export interface Channels {
  readonly repository: RepositoryName
  /** Grows by one with each change; 0: there were never any. */
  readonly revision: number
  /** Serials by name, in the order of names. */
  readonly serials: ReadonlyMap<string, number>
}

const format = 'repocast channels'
const formatVersion = 1

/** Longest file of channels that is read, in bytes. */
export const maxChannelsBytes = 1024 * 1024

/** A letter comes first, so that no name looks like a serial. */
const channelPattern = /^[a-z][a-z0-9._-]{0,63}$/

/** @throws RepocastError REPOCAST_CHANNEL_BAD_NAME */
export function parseChannelName(text: string): string {
  if (channelPattern.test(text)) return text
  throw new RepocastError('REPOCAST_CHANNEL_BAD_NAME', {
    message: `${JSON.stringify(text.slice(0, 80))} is not the name of a channel`,
    hint: 'use 1 to 64 of a-z, 0-9, `.`, `_`, `-`, the first a letter',
  })
}

/** The channels with `name` at `serial`, or without it when there is no serial. */
export function moveChannel(channels: Channels, name: string, serial: number | undefined): Channels {
  const serials = new Map(channels.serials)
  if (serial === undefined) serials.delete(name)
  else serials.set(name, serial)
  const sorted = [...serials].sort(([a], [b]) => (a < b ? -1 : 1))
  return { repository: channels.repository, revision: channels.revision + 1, serials: new Map(sorted) }
}

/** Canonical JSON, one line: the TUF target `REPOSITORY/channels.json`. */
export function encodeChannels({ repository, revision, serials }: Channels): Buffer {
  const value = { format, version: formatVersion, repository, revision, channels: Object.fromEntries(serials) }
  return Buffer.from(`${canonicalJson(value)}\n`, 'utf8')
}

/** @throws RepocastError REPOCAST_CHANNELS_MALFORMED, REPOCAST_FORMAT_TOO_NEW */
export function decodeChannels(bytes: Uint8Array, repository: RepositoryName): Channels {
  const value = parseJson(bytes)
  if (value.format !== format) throw malformed(`its format is not ${format}`)
  if (isPositive(value.version) && value.version > formatVersion) throw tooNew(value.version)
  const { revision, channels } = value
  if (value.version !== formatVersion || !isPositive(revision)) throw malformed('it has no revision')
  if (value.repository !== repository) throw malformed(`it is not that of ${repository}`)
  if (!isObject(channels)) throw malformed('it has no channels')
  const serials = new Map<string, number>()
  for (const [name, serial] of Object.entries(channels)) {
    if (!channelPattern.test(name) || !isPositive(serial)) throw malformed('a channel is none')
    serials.set(name, serial)
  }
  const decoded = { repository, revision, serials }
  if (!encodeChannels(decoded).equals(bytes)) throw malformed('it is not canonical')
  return decoded
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    if (isObject(value)) return value
  } catch (cause) {
    throw malformed('it is not JSON', cause)
  }
  throw malformed('it is not an object')
}

function isPositive(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(why: string, cause?: unknown): RepocastError {
  return new RepocastError('REPOCAST_CHANNELS_MALFORMED', {
    message: `the channels of a repository are not what they must be: ${why}`,
    hint: 'the origin has a fault; ask its operator',
    cause,
  })
}

function tooNew(version: number): RepocastError {
  return new RepocastError('REPOCAST_FORMAT_TOO_NEW', {
    message: `the channels of a repository have format version ${version}, this repocast reads version ${formatVersion}`,
    hint: 'update repocast on this host',
  })
}
