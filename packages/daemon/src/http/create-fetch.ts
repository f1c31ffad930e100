import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { RepocastError } from '@repocast/errors'
import { agentFetch } from './agent-fetch.ts'
import { boundAgents } from './bound-agents.ts'

/** What a `proxy` setting looks like. */
export const proxyPattern = '^(none|https?://[^/?#]+/?)$'

/** What a `bind-address` setting looks like: an IPv4 or IPv6 address. */
export const bindAddressPattern = '^([0-9]{1,3}([.][0-9]{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*(%[^ ]+)?)$'

export interface FetchOptions {
  /** A proxy, in place of those in the environment; `none` for no proxy. */
  readonly proxy?: string | undefined
  /** The address of this host that connections leave from, as in `directFetch`. Not those to a proxy. */
  readonly bindAddress?: string | undefined
}

/**
 * How to ask HTTP servers: through the proxy that is set, else the one of HTTP_PROXY, HTTPS_PROXY and NO_PROXY, else
 * directly, as with `none`.
 * @throws RepocastError REPOCAST_CONFIGURATION_WRONG
 */
export function createFetch(
  environment: Readonly<Record<string, string | undefined>>,
  { proxy, bindAddress }: FetchOptions = {},
): typeof fetch {
  if (proxy === 'none') return directFetch(bindAddress)
  const setIn = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined
  const httpProxy = proxy ?? setIn('HTTP_PROXY')
  const httpsProxy = proxy ?? setIn('HTTPS_PROXY')
  if (httpProxy === undefined && httpsProxy === undefined) return directFetch(bindAddress)
  for (const address of [httpProxy, httpsProxy]) if (address !== undefined) assertProxy(address)
  const noProxy = setIn('NO_PROXY')
  const proxyEnv = {
    ...(httpProxy !== undefined && { HTTP_PROXY: httpProxy }),
    ...(httpsProxy !== undefined && { HTTPS_PROXY: httpsProxy }),
    ...(noProxy !== undefined && { NO_PROXY: noProxy }),
  }
  return agentFetch({
    plain: new HttpAgent({ keepAlive: true, proxyEnv }),
    secure: new HttpsAgent({ keepAlive: true, proxyEnv }),
  })
}

/**
 * How to ask HTTP servers without a proxy, from an address of this host if one is given. Servers that have no address of
 * its family are asked from any, and so are all with an address that stands for any, such as 0.0.0.0.
 */
export function directFetch(bindAddress: string | undefined): typeof fetch {
  const isAny = bindAddress === undefined || bindAddress === '0.0.0.0' || bindAddress === '::'
  return isAny ? fetch : agentFetch(boundAgents(bindAddress))
}

function assertProxy(address: string): void {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return
  throw new RepocastError('REPOCAST_CONFIGURATION_WRONG', {
    // it may hold a password
    message: 'the address of the proxy is not http://HOST:PORT or https://HOST:PORT',
    hint: 'see `proxy` in the configuration, and HTTP_PROXY and HTTPS_PROXY in the environment',
  })
}
