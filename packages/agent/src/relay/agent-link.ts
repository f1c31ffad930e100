import { hostname } from 'node:os'
import { parseListen } from '@repocast/daemon'
import { RepocastError } from '@repocast/errors'
import { feedUrlsOf, formatLink, parseFeedUrl } from '@repocast/feed'
import { type AgentConfiguration, loadAgentConfiguration } from '../configuration.ts'
import { AgentLayout } from '../layout.ts'
import { type AgentOptions, followedBy } from '../open-agent.ts'

export interface AgentLinkOptions {
  /** Name of a repository that the agent follows. */
  readonly repository: string
  /** Address under which others reach the agent's HTTP server; by default as the configuration says. */
  readonly url?: string | undefined
  /** Whether the addresses that the agent itself follows stand behind its own. */
  readonly withUpstream: boolean
}

/**
 * `repocast agent link`: what a further mirror follows to have a repository from this agent. It trusts the same root.
 * @throws RepocastError REPOCAST_CONFIGURATION_MISSING, REPOCAST_CONFIGURATION_WRONG, REPOCAST_LINK_MALFORMED,
 *   REPOCAST_REPOSITORY_UNCLEAR
 */
export async function agentLink(
  { data, environment }: Pick<AgentOptions, 'data' | 'environment'>,
  { repository, url, withUpstream }: AgentLinkOptions,
): Promise<string> {
  const configuration = await loadAgentConfiguration(new AgentLayout(data), environment)
  const links = followedBy(configuration).map(({ link }) => link)
  const link = links.find(one => one.repository === repository)
  if (link === undefined) throw notFollowed(repository, links.map(one => one.repository).join(', '))
  if (!configuration.relay) throw wrong('`relay` is false: this agent does not give its feeds on', 'set `relay: true`')
  const base = url ?? configuration['relay-url'] ?? ownAddress(configuration)
  const feedUrl = parseFeedUrl(`${base.replace(/\/+$/, '')}/feed/${repository}/`, why =>
    wrong(
      `${base} does not do as the address of this agent: ${why}`,
      'give one such as http://mirror.example.org:8081',
    ),
  )
  return formatLink({ ...link, feedUrl, otherFeedUrls: withUpstream ? feedUrlsOf(link) : [] })
}

function ownAddress({ listen }: AgentConfiguration): string {
  const { host, port } = parseListen(listen)
  const isAny = host === '0.0.0.0' || host === '::'
  const name = isAny ? hostname() : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

function notFollowed(repository: string, names: string): RepocastError {
  return new RepocastError('REPOCAST_REPOSITORY_UNCLEAR', {
    message: `this agent does not follow ${repository}`,
    hint: names === '' ? 'add it to `repositories` in agent.yaml' : `it follows ${names}`,
  })
}

function wrong(message: string, hint: string): RepocastError {
  return new RepocastError('REPOCAST_CONFIGURATION_WRONG', { message, hint })
}
