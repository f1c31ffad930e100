import { setTimeout as sleep } from 'node:timers/promises'
import { RepocastError } from '@repocast/errors'
import { Losses, openCatalog, ScrubLog } from '@repocast/store'
import { isAgentAtWork } from '../at-work.ts'
import type { AgentLayout } from '../layout.ts'
import { damageLeft, type VerifyOptions, type VerifyResult } from './verification.ts'

const lookMs = 200

/**
 * Has the agent that works on a data directory look at all of it now and heal what it finds, as its scrub does. The order
 * stands in the catalog: an agent that is stopped goes on with it when it is started again.
 * @throws RepocastError REPOCAST_AGENT_NOT_RUNNING when it ends meanwhile; the reason of the signal
 */
export async function verifyByAgent(
  layout: AgentLayout,
  clock: () => Date,
  { signal, waitSeconds, onProgress }: VerifyOptions,
): Promise<VerifyResult> {
  const catalog = openCatalog(layout.catalog)
  try {
    const [log, losses] = [new ScrubLog(catalog), new Losses(catalog)]
    const total = catalog.prepare<[], { bytes: number }>('SELECT total(size) AS bytes FROM objects').get()?.bytes ?? 0
    const before = log.get()
    const ordered = clock().getTime()
    log.order(ordered)
    const look = async (): Promise<void> => {
      await sleep(lookMs, undefined, { signal })
      if (!isAgentAtWork(layout)) throw hasEnded()
    }
    for (let now = log.get(); now.ordered !== null; now = log.get()) {
      const hasBegun = (now.started ?? 0) >= ordered
      onProgress({ step: 'checking', done: hasBegun ? now.bytes : 0, total })
      await look()
    }
    const end = performance.now() + waitSeconds * 1000
    while (losses.count > 0 && performance.now() < end) {
      onProgress({ step: 'healing', done: 0, total: 0 })
      await look()
    }
    const { objects, bytes, found, healed } = log.get()
    const lost = losses.count
    const failure = lost > 0 ? damageLeft(lost) : undefined
    return { objects, bytes, found: found - before.found, healed: healed - before.healed, lost, byAgent: true, failure }
  } finally {
    catalog.close()
  }
}

function hasEnded(): RepocastError {
  return new RepocastError('REPOCAST_AGENT_NOT_RUNNING', {
    message: 'the agent has ended before it had looked at everything',
    hint: 'start it again, it goes on with that; or run this again without it',
  })
}
