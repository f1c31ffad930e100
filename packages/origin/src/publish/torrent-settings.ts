import type { RepositoryName } from '@repocast/objects'
import { type OriginConfiguration, originUrl } from '../configuration.ts'

/** What stands in the .torrent files of new packs besides their content. */
export interface TorrentSettings {
  /** Addresses of trackers, our own first. */
  readonly announce: readonly string[]
  /** BEP 27: peers are learnt from trackers only. */
  readonly private: boolean
}

/** What the configuration says for a repository. */
export function torrentSettings(configuration: OriginConfiguration, repository: RepositoryName): TorrentSettings {
  const own = configuration.repositories[repository]?.private
  return { announce: announceAddresses(configuration), private: own ?? configuration.private }
}

function announceAddresses(configuration: OriginConfiguration): string[] {
  const http = originUrl(configuration, 'announce')
  const udpPort = configuration.tracker['udp-port']
  const udp = udpPort === undefined ? [] : [`udp://${new URL(configuration.url).hostname}:${udpPort}`]
  return [...new Set([http, ...udp, ...configuration.trackers])]
}
