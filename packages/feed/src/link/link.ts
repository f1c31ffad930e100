import { RepocastError } from '@repocast/errors'
import { parseRepositoryName, type RepositoryName } from '@repocast/objects'
import { parseChannelName } from '../channels/channels.ts'

/** What a mirror has to be told to follow a repository, and all that it trusts at first. */
export interface SubscriptionLink {
  /** Address of the feed, ending with a slash. */
  readonly feedUrl: string
  readonly repository: RepositoryName
  /** SHA-256 of the first trusted root metadata (`1.root.json`), 64 lower-case hexadecimal digits. */
  readonly rootFingerprint: string
  /** Name of the channel to follow; undefined for whatever is newest. */
  readonly channel?: string
}

const linkVersion = 1

/**
 * One line that survives mail, YAML and a shell: `repocast+http://HOST:PORT/feed/#1:REPOSITORY:FINGERPRINT`, with
 * `:CHANNEL` behind it when it names one.
 */
export function formatLink({ feedUrl, repository, rootFingerprint, channel }: SubscriptionLink): string {
  const parts = [linkVersion, repository, rootFingerprint, ...(channel === undefined ? [] : [channel])]
  return `repocast+${feedUrl}#${parts.join(':')}`
}

/** @throws RepocastError REPOCAST_LINK_MALFORMED, REPOCAST_FORMAT_TOO_NEW, REPOCAST_CHANNEL_BAD_NAME */
export function parseLink(text: string): SubscriptionLink {
  const link = text.trim()
  const hash = link.indexOf('#')
  if (!link.startsWith('repocast+') || hash < 0)
    throw malformed(link, 'it is not repocast+URL#VERSION:REPOSITORY:FINGERPRINT')
  const [version = '', repository = '', fingerprint = '', channel, ...rest] = link.slice(hash + 1).split(':')
  if (/^[1-9]\d{0,5}$/.test(version) && version !== String(linkVersion)) throw tooNew(version)
  if (version !== String(linkVersion) || rest.length > 0)
    throw malformed(link, 'what is behind # is not 1:REPOSITORY:FINGERPRINT or 1:REPOSITORY:FINGERPRINT:CHANNEL')
  if (!/^[0-9a-f]{64}$/.test(fingerprint)) {
    throw malformed(
      link,
      `the fingerprint has ${fingerprint.length} characters, not 64 hexadecimal digits; was it cut off?`,
    )
  }
  return {
    feedUrl: parseFeedUrl(link, link.slice('repocast+'.length, hash)),
    repository: parseRepositoryName(repository),
    rootFingerprint: fingerprint,
    ...(channel !== undefined && { channel: parseChannelName(channel) }),
  }
}

function parseFeedUrl(link: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw malformed(link, 'its address is not http or https')
  if (!url.pathname.endsWith('/')) throw malformed(link, 'the address of the feed does not end with a slash')
  if (url.search !== '' || url.username !== '' || url.password !== '')
    throw malformed(link, 'its address has a query or a password')
  return url.href
}

function malformed(link: string, why: string): RepocastError {
  return new RepocastError('REPOCAST_LINK_MALFORMED', {
    message: `${JSON.stringify(link.slice(0, 300))} is not a subscription link: ${why}`,
    hint: 'take it whole from `repocast origin link REPOSITORY`',
  })
}

function tooNew(version: string): RepocastError {
  return new RepocastError('REPOCAST_FORMAT_TOO_NEW', {
    message: `the subscription link has version ${version}, this repocast reads version ${linkVersion}`,
    hint: 'update repocast on this host',
  })
}
