import { RepocastError } from '@repocast/errors'
import { parseRepositoryName, type RepositoryName } from '@repocast/objects'
import { parseChannelName } from '../channels/channels.ts'

/** What a mirror has to be told to follow a repository, and all that it trusts at first. */
export interface SubscriptionLink {
  /** Address of the feed, ending with a slash. */
  readonly feedUrl: string
  /** Where the same feed is given, too: other addresses of the origin, or mirrors that relay it. */
  readonly otherFeedUrls?: readonly string[]
  readonly repository: RepositoryName
  /** SHA-256 of the first trusted root metadata (`1.root.json`), 64 lower-case hexadecimal digits. */
  readonly rootFingerprint: string
  /** Name of the channel to follow; undefined for whatever is newest. */
  readonly channel?: string
}

/** The version of links with one address, and of those with several. */
const oneAddress = '1'
const severalAddresses = '2'
/** So many addresses may stand in a link: all are asked each time. */
export const mostAddresses = 16

/** All addresses of the feed, each once, those to prefer first. */
export function feedUrlsOf({ feedUrl, otherFeedUrls = [] }: SubscriptionLink): string[] {
  return [...new Set([feedUrl, ...otherFeedUrls])]
}

/**
 * One line that survives mail, YAML and a shell: `repocast+http://HOST:PORT/feed/#1:REPOSITORY:FINGERPRINT`, with
 * `:CHANNEL` behind it when it names one. With several addresses, a comma between them, its version is 2.
 */
export function formatLink(link: SubscriptionLink): string {
  const { repository, rootFingerprint, channel } = link
  const urls = feedUrlsOf(link)
  const version = urls.length === 1 ? oneAddress : severalAddresses
  const parts = [version, repository, rootFingerprint, ...(channel === undefined ? [] : [channel])]
  return `repocast+${urls.join(',')}#${parts.join(':')}`
}

/** @throws RepocastError REPOCAST_LINK_MALFORMED, REPOCAST_FORMAT_TOO_NEW, REPOCAST_CHANNEL_BAD_NAME */
export function parseLink(text: string): SubscriptionLink {
  const link = text.trim()
  const hash = link.indexOf('#')
  if (!link.startsWith('repocast+') || hash < 0)
    throw malformed(link, 'it is not repocast+URL#VERSION:REPOSITORY:FINGERPRINT')
  const [version = '', repository = '', fingerprint = '', channel, ...rest] = link.slice(hash + 1).split(':')
  const isKnown = version === oneAddress || version === severalAddresses
  if (/^[1-9]\d{0,5}$/.test(version) && !isKnown) throw tooNew(version)
  if (!isKnown || rest.length > 0)
    throw malformed(link, 'what is behind # is not 1:REPOSITORY:FINGERPRINT or 1:REPOSITORY:FINGERPRINT:CHANNEL')
  if (!/^[0-9a-f]{64}$/.test(fingerprint)) {
    throw malformed(
      link,
      `the fingerprint has ${fingerprint.length} characters, not 64 hexadecimal digits; was it cut off?`,
    )
  }
  const addresses = link.slice('repocast+'.length, hash)
  // A comma may stand in an address, too.
  const texts = version === oneAddress ? [addresses] : addresses.split(/,(?=[a-z]+:\/\/)/)
  const [feedUrl = '', ...otherFeedUrls] = texts.map(text => parseFeedUrl(text, malformedIn(link)))
  if (texts.length > mostAddresses) throw malformed(link, `it has more than ${mostAddresses} addresses`)
  return {
    feedUrl,
    ...(otherFeedUrls.length > 0 && { otherFeedUrls }),
    repository: parseRepositoryName(repository),
    rootFingerprint: fingerprint,
    ...(channel !== undefined && { channel: parseChannelName(channel) }),
  }
}

/** @throws what `refuse` makes of the reason why `text` is not the address of a feed */
export function parseFeedUrl(text: string, refuse: (why: string) => RepocastError): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw refuse('its address is not http or https')
  if (!url.pathname.endsWith('/')) throw refuse('the address of the feed does not end with a slash')
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    throw refuse('its address has a query or a password')
  return url.href
}

function malformedIn(link: string): (why: string) => RepocastError {
  return why => malformed(link, why)
}

function malformed(link: string, why: string): RepocastError {
  return new RepocastError('REPOCAST_LINK_MALFORMED', {
    message: `${JSON.stringify(link.slice(0, 300))} is not a subscription link: ${why}`,
    hint: 'take it whole from `repocast origin link REPOSITORY`',
  })
}

function tooNew(version: string): RepocastError {
  return new RepocastError('REPOCAST_FORMAT_TOO_NEW', {
    message: `the subscription link has version ${version}, this repocast reads ${oneAddress} and ${severalAddresses}`,
    hint: 'update repocast on this host',
  })
}
