import { realpathSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type LabAgent, type LabAgentStatus, startAgent } from '../lab/deployment.ts'
import { type Lab, type LabClock, labClock } from '../lab/index.ts'
import { Damage } from './damage.ts'
import { differencesOf, readManifest } from './manifest.ts'
import type { Published } from './published.ts'

/** What agents of a life are set to, so that hours become seconds. */
const settings = { scrub: { every: '2s', rate: '500MB/s' }, 'keep-generations': 2 }

const patienceMs = 120_000
const pollMs = 100

/** An agent that lives through everything. */
export class LivingMirror {
  readonly name: string
  readonly damage = new Damage()
  readonly clock: LabClock
  readonly agent: LabAgent
  isUp = true

  private constructor(name: string, clock: LabClock, agent: LabAgent) {
    this.name = name
    this.clock = clock
    this.agent = agent
  }

  static async start(
    lab: Lab,
    name: string,
    links: Readonly<Record<string, string>>,
    data = lab.newDirectory(name),
  ): Promise<LivingMirror> {
    const clock = labClock(lab, name)
    return new LivingMirror(name, clock, await startAgent(lab, links, { name, data, settings, env: clock.env }))
  }

  async kill(): Promise<void> {
    this.isUp = false
    await this.agent.process.kill()
  }

  async restart(): Promise<void> {
    await this.agent.restart()
    this.isUp = true
  }

  /** Waits until its status is what is asked for. */
  async until(what: string, isReached: (status: LabAgentStatus) => boolean): Promise<LabAgentStatus> {
    const deadline = performance.now() + patienceMs
    for (;;) {
      const status = await this.agent.status().catch(() => undefined)
      if (status && isReached(status)) return status
      if (performance.now() > deadline) {
        const log = this.agent.process
          .log()
          .split('\n')
          .filter(line => !line.includes('"the scrub'))
          .slice(-40)
          .join('\n')
        throw new Error(`${this.name} is not ${what}:\n${JSON.stringify(status, null, 1)}\n${log}`)
      }
      await sleep(pollMs)
    }
  }

  /** Waits until it serves what was published last, byte for byte, and until all damage is found and healed. */
  async untilSound(repositories: ReadonlyMap<string, Published>): Promise<void> {
    const isCurrent = (status: LabAgentStatus): boolean =>
      status.repositories.every(one => one.state === 'current' && one.error === null)
    await this.until('current', isCurrent)
    // two ends of rounds: the second has begun after now
    for (let ends = 0; ends < 2; ends += 1) {
      const { scrub } = await this.until('reached', () => true)
      await this.until('scrubbed', status => status.scrub.finished !== scrub.finished && status.scrub.lost === 0)
    }
    for (const [name, published] of repositories) await this.#untilNewest(name, published)
    this.damage.clear()
  }

  async #untilNewest(name: string, { newest }: Published): Promise<void> {
    const deadline = performance.now() + patienceMs
    for (;;) {
      const differences = newest && differencesOf(newest, await this.#read(name))
      if (differences?.size === 0) return
      if (performance.now() > deadline) {
        const told = JSON.stringify([...(differences ?? [])].slice(0, 5), null, 1)
        throw new Error(
          `${this.name} does not serve the newest ${name}:\n${told}\n${this.agent.process.log().slice(-5000)}`,
        )
      }
      await sleep(pollMs)
    }
  }

  async #read(name: string): ReturnType<typeof readManifest> {
    return await readManifest(realpathSync(this.agent.servedPath(name)))
  }
}
