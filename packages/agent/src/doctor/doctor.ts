import { countOf, createFetch, directFetch } from '@repocast/daemon'
import { ProcessLock } from '@repocast/database'
import { describeError, isRepocastError, RepocastError } from '@repocast/errors'
import { type AgentConfiguration, loadAgentConfiguration } from '../configuration.ts'
import { AgentLayout } from '../layout.ts'
import { type AgentOptions, followedBy } from '../open-agent.ts'
import { readAgentStatus } from '../read-status.ts'
import { broken, type Diagnosis, fine, worse } from './finding.ts'
import { lookAtData, lookAtServedPath } from './look-at-disk.ts'
import { lookAtKnownPeers } from './look-at-known-peers.ts'
import { lookAtOrigin } from './look-at-origin.ts'
import { lookAtPorts } from './look-at-ports.ts'

/**
 * `repocast agent doctor`: looks at all that an agent needs, whether one runs or not, and tells of each thing as soon
 * as it is known. Changes nothing.
 * @returns an error when something is broken: REPOCAST_AGENT_SICK
 */
export async function examineAgent(
  options: AgentOptions,
  signal: AbortSignal,
  tell: (diagnosis: Diagnosis) => void,
): Promise<RepocastError | undefined> {
  let failures = 0
  const say = (...diagnoses: readonly Diagnosis[]): void => {
    for (const diagnosis of diagnoses) {
      if (diagnosis.state === 'broken') failures += 1
      tell(diagnosis)
    }
  }
  say(...lookAtData(options.data))
  const configuration = await lookAtConfiguration(options, say)
  if (configuration) {
    if (isRunning(options.data)) say(await lookAtRunning(options, signal))
    else say(...(await lookAtPorts(configuration)))
    const known = [...configuration.peers, ...configuration.repositories.flatMap(({ peers = [] }) => peers)]
    if (known.length > 0) say(await lookAtKnownPeers(known, { signal, bindAddress: configuration['bind-address'] }))
    const { 'peer-port': peerPort, 'bind-address': bindAddress, proxy } = configuration
    const fetch = createFetch(options.environment, { proxy, bindAddress })
    const look = { clock: options.clock, peerPort, bindAddress, signal, fetch, askTracker: directFetch(bindAddress) }
    for (const followed of followedBy(configuration)) {
      say(lookAtServedPath(followed))
      say(...(await lookAtOrigin(followed, look)))
    }
  }
  if (failures === 0) return undefined
  return new RepocastError('REPOCAST_AGENT_SICK', {
    message: failures === 1 ? 'one thing is broken' : `${failures} things are broken`,
    hint: 'mend what is told above, then look again by `repocast agent doctor`',
  })
}

async function lookAtConfiguration(
  { data, environment }: AgentOptions,
  say: (...diagnoses: readonly Diagnosis[]) => void,
): Promise<AgentConfiguration | undefined> {
  const layout = new AgentLayout(data)
  try {
    const configuration = await loadAgentConfiguration(layout, environment)
    const { length } = followedBy(configuration)
    if (length > 0)
      say(
        fine(
          'configuration',
          `${layout.configuration} follows ${length === 1 ? 'one repository' : `${length} repositories`}`,
        ),
      )
    else say(worse('configuration', `${layout.configuration} follows no repository`, 'add one to `repositories`'))
    return configuration
  } catch (error) {
    say(broken('configuration', describeError(error), isRepocastError(error) ? error.hint : undefined))
    return undefined
  }
}

function isRunning(data: string): boolean {
  const lock = new ProcessLock(new AgentLayout(data).lock).tryAcquire()
  lock?.release()
  return lock === undefined
}

async function lookAtRunning({ data, environment }: AgentOptions, signal: AbortSignal): Promise<Diagnosis> {
  try {
    const { program, peers, repositories } = await readAgentStatus(data, environment, signal)
    const failed = repositories.filter(({ state }) => state === 'failed')
    const text = `version ${program} runs and answers, with ${countOf(peers, 'peer')}`
    const [first] = failed
    if (first === undefined) return fine('agent', text)
    const why = `${first.error?.code ?? ''} ${first.error?.message ?? ''}`
    return broken(
      'agent',
      `${text}; the last update of ${first.name} failed: ${why}`,
      'see docs/errors.md for the code',
    )
  } catch (error) {
    const mend = 'see its log; if `listen` was changed, restart it'
    return broken('agent', `one runs on ${data}, but does not answer (${describeError(error)})`, mend)
  }
}
