import { type AgentStatus, parseStatus } from '@repocast/api'
import { parseListen } from '@repocast/daemon'
import { describeError, RepocastError } from '@repocast/errors'
import { isAgentAtWork } from './at-work.ts'
import { loadAgentConfiguration } from './configuration.ts'
import { AgentLayout } from './layout.ts'

/**
 * Asks the agent that runs on a data directory for its status.
 * @throws RepocastError REPOCAST_AGENT_NOT_RUNNING, REPOCAST_CONFIGURATION_MISSING, REPOCAST_CONFIGURATION_WRONG
 */
export async function readAgentStatus(
  data: string,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<AgentStatus> {
  const { listen } = await loadAgentConfiguration(new AgentLayout(data), environment)
  const { host, port } = parseListen(listen)
  const local = host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host === '::' ? '::1' : host}]` : host
  const url = `http://${local}:${port}/status.json`
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]) })
    if (!response.ok) throw new Error(`status ${response.status}`)
    return parseStatus(Buffer.from(await response.arrayBuffer()))
  } catch (cause) {
    throw new RepocastError('REPOCAST_AGENT_NOT_RUNNING', {
      message: `no agent answers at ${url} (${describeError(cause)})`,
      hint: isAgentAtWork(new AgentLayout(data))
        ? 'a process works on the data directory: if `listen` was changed since the agent was started, restart it'
        : 'start it by `repocast agent run`',
      cause,
    })
  }
}
