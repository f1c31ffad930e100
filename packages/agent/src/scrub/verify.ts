import { setTimeout as sleep } from 'node:timers/promises'
import { isRepocastError, RepocastError } from '@repocast/errors'
import { isThere } from '@repocast/files'
import { isAgentAtWork } from '../at-work.ts'
import { type AgentConfiguration, loadAgentConfiguration } from '../configuration.ts'
import { AgentLayout } from '../layout.ts'
import { noData } from '../no-data.ts'
import { type AgentOptions, type Followed, followedBy, type OpenAgent, withAgent } from '../open-agent.ts'
import { createHealer } from './healing.ts'
import { scrubStatus } from './scrubber.ts'
import { damageLeft, type VerifyOptions, type VerifyResult } from './verification.ts'
import { verifyByAgent } from './verify-by-agent.ts'

/**
 * `repocast agent verify`: looks at every object and every checked-out file of a data directory. An agent that works on it
 * does that itself, and heals what it finds, so it is asked to, or told of. The failure is REPOCAST_DAMAGE_FOUND or
 * REPOCAST_DAMAGE_LEFT.
 * @throws RepocastError REPOCAST_AGENT_NO_DATA, REPOCAST_AGENT_RUNNING, REPOCAST_CONFIGURATION_WRONG, REPOCAST_DISK_REFUSED; as `verifyByAgent`
 */
export async function verifyData(options: AgentOptions, verify: VerifyOptions): Promise<VerifyResult> {
  const layout = new AgentLayout(options.data)
  if (!isThere(layout.objects)) throw noData(options.data)
  if (isAgentAtWork(layout)) {
    if (!verify.isRepairing) throw agentHeals(layout)
    return await verifyByAgent(layout, options.clock, verify)
  }
  const configuration = await configurationIfAny(options)
  const peerPort = configuration?.['peer-port'] ?? 0
  return await withAgent(options, { peerPort, maxConnections: 500 }, async agent => {
    const followed = configuration ? followedBy(configuration) : []
    return verify.isRepairing ? await repair(agent, options, followed, verify) : await look(agent, verify)
  })
}

async function look({ store }: OpenAgent, { signal, onFinding, onProgress }: VerifyOptions): Promise<VerifyResult> {
  const scrub = store.scrub()
  const options = { pace: async () => {}, signal }
  const total = store.objects.bytes()
  let [objects, bytes, found] = [0, 0, store.losses.count]
  const onChecked = (_: Buffer, more: number, moreBytes: number): void => {
    objects += more
    bytes += moreBytes
    onProgress({ step: 'checking', done: bytes, total })
  }
  const findings = [
    scrub.objects(Buffer.alloc(0), onChecked, options),
    scrub.generations({ ...options, isMended: false }),
  ]
  for (const some of findings) {
    for await (const finding of some) {
      found += 1
      onFinding(finding)
    }
  }
  return { objects, bytes, found, healed: 0, lost: 0, failure: found > 0 ? damageFound(found) : undefined }
}

async function repair(
  agent: OpenAgent,
  { logger }: AgentOptions,
  followed: readonly Followed[],
  { signal, waitSeconds, onFinding, onProgress }: VerifyOptions,
): Promise<VerifyResult> {
  const { store, swarm } = agent
  const scrub = store.scrub()
  const healer = createHealer(agent, scrub, followed, logger)
  const before = scrubStatus(store)
  const done = new AbortController()
  const until = AbortSignal.any([signal, done.signal])
  const healing = healer.run(until)
  const total = store.objects.bytes()
  let [objects, bytes] = [0, 0]
  const onChecked = (_: Buffer, more: number, moreBytes: number): void => {
    objects += more
    bytes += moreBytes
    onProgress({ step: 'checking', done: bytes, total })
  }
  try {
    const options = { pace: async () => {}, signal }
    for await (const finding of scrub.objects(Buffer.alloc(0), onChecked, options)) {
      onFinding(finding)
      await healer.lose([finding])
    }
    const end = performance.now() + waitSeconds * 1000
    while (store.losses.count > 0 && performance.now() < end) {
      onProgress({ step: 'healing', done: swarm.status().downloadedBytes, total: 0 })
      await sleep(200, undefined, { signal })
    }
    for await (const finding of scrub.generations({ ...options, isMended: true })) {
      onFinding(finding)
      store.scrubLog.count({ found: 1, healed: 1 })
    }
  } finally {
    done.abort()
    await healing
  }
  const { found, healed, lost } = scrubStatus(store)
  const failure = lost > 0 ? damageLeft(lost) : undefined
  return { objects, bytes, found: found - before.found, healed: healed - before.healed, lost, failure }
}

/** Who only ever used `agent sync` has none. */
async function configurationIfAny({ data, environment }: AgentOptions): Promise<AgentConfiguration | undefined> {
  try {
    return await loadAgentConfiguration(new AgentLayout(data), environment)
  } catch (error) {
    if (isRepocastError(error, 'REPOCAST_CONFIGURATION_MISSING')) return undefined
    throw error
  }
}

function agentHeals({ directory }: AgentLayout): RepocastError {
  return new RepocastError('REPOCAST_AGENT_RUNNING', {
    message: `an agent works on ${directory}, and heals what is damaged as soon as it sees it`,
    hint: '--repair has it look at everything now; to look and change nothing, stop it first',
  })
}

function damageFound(found: number): RepocastError {
  return new RepocastError('REPOCAST_DAMAGE_FOUND', {
    message: `${found === 1 ? 'one damaged file was' : `${found} damaged files were`} found, nothing was changed`,
    hint: 'run it again with --repair, and check the disk',
  })
}
