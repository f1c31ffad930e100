import { setTimeout as sleep } from 'node:timers/promises'
import { isRepocastError, RepocastError } from '@repocast/errors'
import type { Finding } from '@repocast/store'
import { type AgentConfiguration, loadAgentConfiguration } from '../configuration.ts'
import { AgentLayout } from '../layout.ts'
import { type AgentOptions, type Followed, followedBy, type OpenAgent, withAgent } from '../open-agent.ts'
import { createHealer } from './healing.ts'
import { scrubStatus } from './scrubber.ts'

export interface VerifyOptions {
  /** Whether what is damaged is healed. */
  readonly isRepairing: boolean
  /** How long other mirrors are waited for, in seconds. */
  readonly waitSeconds: number
  readonly signal: AbortSignal
  readonly onFinding: (finding: Finding) => void
  /** Called now and then with how far it is. */
  readonly onProgress: (progress: VerifyProgress) => void
}

export interface VerifyProgress {
  readonly step: 'checking' | 'healing'
  /** Bytes of objects. */
  readonly done: number
  readonly total: number
}

export interface VerifyResult {
  /** What was checked. */
  readonly objects: number
  readonly bytes: number
  readonly found: number
  readonly healed: number
  /** Objects that are damaged still. */
  readonly lost: number
  /** Why it is no success. */
  readonly failure: RepocastError | undefined
}

/**
 * `repocast agent verify`: looks at every object and every checked-out file of a data directory on which no agent works.
 * The failure is REPOCAST_DAMAGE_FOUND or REPOCAST_DAMAGE_LEFT.
 * @throws RepocastError REPOCAST_AGENT_RUNNING, REPOCAST_CONFIGURATION_WRONG, REPOCAST_DISK_REFUSED
 */
export async function verifyData(options: AgentOptions, verify: VerifyOptions): Promise<VerifyResult> {
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

function damageFound(found: number): RepocastError {
  return new RepocastError('REPOCAST_DAMAGE_FOUND', {
    message: `${found} damaged files were found, nothing was changed`,
    hint: 'run it again with --repair, and check the disk',
  })
}

function damageLeft(lost: number): RepocastError {
  return new RepocastError('REPOCAST_DAMAGE_LEFT', {
    message: `${lost} damaged objects did not come from other mirrors or the origin in time`,
    hint: 'see that trackers and peers can be reached; a running agent goes on with them',
  })
}
