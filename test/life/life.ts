import { setTimeout as sleep } from 'node:timers/promises'
import { type LabOrigin, type LabRepositoryStatus, startOrigin } from '../lab/deployment.ts'
import { type Lab, type LabClock, labClock, type Random, repocast, seededRandom, startRepocast } from '../lab/index.ts'
import { mayMount, mountSmallDisk, type SmallDisk } from '../lab/tmpfs.ts'
import { damageMirror } from './damage.ts'
import { type Growth, GrowthSampler } from './growth.ts'
import { readManifest } from './manifest.ts'
import { LivingMirror } from './mirror.ts'
import { Published } from './published.ts'
import { type LivingRepository, plainRepository, yumPackages } from './repositories.ts'
import { Watcher } from './watcher.ts'

export interface LifeOptions {
  readonly seed: number
  /** Publishes to make at least. */
  readonly publishes: number
  /** How long it goes on at least. */
  readonly seconds: number
  /** How much of the time of day passes between the first publish and the last of `publishes`. */
  readonly hours: number
}

/** What can happen around a publish, each as often as it is named before all is shuffled anew. */
const troubles = [
  'an agent is killed',
  'an agent is killed',
  'an agent is killed',
  'the origin is killed',
  'the origin is killed',
  'a publish is killed',
  'a mirror is damaged',
  'a mirror is damaged',
  'a mirror is damaged',
  'an agent is away',
  'a clock is wrong',
  'a disk is full',
  'the origin collects',
  'nothing',
  'nothing',
] as const
type Trouble = (typeof troubles)[number]

/** Publishes between two moments at which everything has to be sound. */
const publishesPerRest = 15

/** Who lived shorter says nothing about growth. */
const leastSecondsToGrow = 40

/** What came of a life, for the report. */
export interface LifeReport {
  readonly publishes: number
  readonly happened: Readonly<Record<string, number>>
  readonly growth: readonly Growth[]
  readonly watcher: Watcher
}

/** An origin and three mirrors, and all that befalls them. */
export class Life {
  readonly lab: Lab
  readonly watcher = new Watcher()
  readonly published: ReadonlyMap<string, Published>
  readonly origin: LabOrigin
  readonly mirrors: readonly LivingMirror[]
  readonly #repositories: readonly LivingRepository[]
  readonly #clock: LabClock
  readonly #disk: SmallDisk | undefined
  readonly #random: Random
  readonly #happened: Record<string, number> = {}
  #publishes = 0

  private constructor(parts: {
    readonly lab: Lab
    readonly origin: LabOrigin
    readonly mirrors: readonly LivingMirror[]
    readonly repositories: readonly LivingRepository[]
    readonly clock: LabClock
    readonly disk: SmallDisk | undefined
    readonly random: Random
  }) {
    this.lab = parts.lab
    this.origin = parts.origin
    this.mirrors = parts.mirrors
    this.#repositories = parts.repositories
    this.#clock = parts.clock
    this.#disk = parts.disk
    this.#random = parts.random
    this.published = new Map(parts.repositories.map(({ name }) => [name, new Published()]))
  }

  /** Everything is started, and nothing is published. */
  static async begin(lab: Lab, { seed }: LifeOptions): Promise<Life> {
    const clock = labClock(lab, 'origin')
    const repositories = [plainRepository(lab, 150), await yumPackages(lab)]
    const keep = { keep: { snapshots: 2, days: 1 } }
    const origin = await startOrigin(lab, { env: clock.env, repositories: { plain: keep, yum: keep } })
    const links: Record<string, string> = {}
    for (const { name } of repositories) links[name] = await origin.link(name)
    const disk = mayMount() ? await mountSmallDisk(lab, 128 * 1024 * 1024) : undefined
    const mirrors = [
      await LivingMirror.start(lab, 'steady', links),
      await LivingMirror.start(lab, 'unlucky', links),
      await LivingMirror.start(lab, 'narrow', links, disk?.directory),
    ]
    return new Life({ lab, origin, mirrors, repositories, clock, disk, random: seededRandom(seed) })
  }

  /** @throws Error when something is not healed in time */
  async live({ publishes, seconds, hours }: LifeOptions): Promise<LifeReport> {
    const over = new AbortController()
    const sampler = new GrowthSampler()
    const background = [
      this.watcher.run(this.#watchedPaths(), over.signal),
      sampler.run(() => [this.origin.process, ...this.mirrors.map(({ agent }) => agent.process)], over.signal),
    ]
    try {
      const end = performance.now() + seconds * 1000
      for (const repository of this.#repositories) await this.#publish(repository)
      await this.#rest()
      let plan: Trouble[] = []
      while (this.#publishes < publishes || performance.now() < end) {
        if (plan.length === 0) plan = this.#random.shuffled(troubles)
        this.#pass((hours * 3600) / publishes)
        await this.#day(plan.pop() ?? 'nothing')
        if (this.#publishes % publishesPerRest === 0) await this.#rest()
      }
      await this.#rest()
    } finally {
      over.abort()
      await Promise.all(background)
    }
    const { watcher } = this
    return { publishes: this.#publishes, happened: this.#happened, growth: sampler.growth(leastSecondsToGrow), watcher }
  }

  /** The environment of commands at the origin. */
  get clockEnv(): Readonly<Record<string, string>> {
    return this.#clock.env
  }

  #watchedPaths(): Parameters<Watcher['run']>[0] {
    return this.mirrors.flatMap(({ name, agent, damage }) =>
      [...this.published].map(([repository, published]) => {
        return { mirror: name, path: agent.servedPath(repository), published, damage }
      }),
    )
  }

  /** Lets the time of day go on, for all. */
  #pass(seconds: number): void {
    for (const clock of [this.#clock, ...this.mirrors.map(mirror => mirror.clock)]) {
      clock.set(clock.offsetSeconds + seconds)
    }
  }

  /** A change of a repository, and something that goes wrong around its publish. */
  async #day(trouble: Trouble): Promise<void> {
    this.#happened[trouble] = (this.#happened[trouble] ?? 0) + 1
    const random = this.#random
    const repository = this.#repositories[random.integer(0, this.#repositories.length - 1)]
    if (!repository) throw new Error('there are repositories')
    await repository.change(random)
    await this.#around[trouble](repository)
  }

  readonly #around: Readonly<Record<Trouble, (repository: LivingRepository) => Promise<void>>> = {
    nothing: async repository => await this.#publish(repository),
    'an agent is killed': async repository => {
      const unlucky = this.#mortal()
      const killed = this.#soon().then(async () => await unlucky.kill())
      await Promise.all([this.#publish(repository), killed])
      await unlucky.restart()
    },
    'the origin is killed': async repository => {
      const isBefore = this.#random.next() < 0.5
      if (isBefore) await this.origin.process.kill()
      await this.#publish(repository)
      if (!isBefore) {
        await this.#soon()
        await this.origin.process.kill()
      }
      await this.#soon()
      await this.origin.restart()
    },
    'a publish is killed': async repository => {
      const publishing = await this.#startPublish(repository)
      await this.#soon()
      await publishing.kill()
      await this.#publish(repository)
    },
    'a mirror is damaged': async repository => {
      const mirror = this.#oneOf(this.mirrors)
      const one = this.#oneOf(this.#repositories).name
      const { agent, damage } = mirror
      const isKilled = mirror !== this.mirrors[0] && this.#random.next() < 0.3
      if (isKilled) await mirror.kill()
      const place = { data: agent.data, served: agent.servedPath(one) }
      await damageMirror(place, this.published.get(one)?.all ?? [], damage, this.#random)
      await this.#publish(repository)
      if (isKilled) await mirror.restart()
    },
    'an agent is away': async repository => {
      const away = this.#mortal()
      await away.kill()
      for (let k = 0; k < 3; k += 1) {
        await this.#publish(repository)
        await repository.change(this.#random)
      }
      await this.#publish(repository)
      await away.restart()
    },
    'a clock is wrong': async repository => {
      const mirror = this.#oneOf(this.mirrors)
      const { offsetSeconds: right } = mirror.clock
      mirror.clock.set(right + 400 * 86_400)
      await this.#publish(repository)
      const isExpired = ({ error }: LabRepositoryStatus): boolean => error?.code === 'REPOCAST_FEED_EXPIRED'
      await mirror.until('refusing the feed', ({ repositories }) => repositories.some(isExpired))
      mirror.clock.set(right - 3 * 86_400)
      await this.#soon()
      mirror.clock.set(right)
    },
    'a disk is full': async repository => {
      await this.#disk?.fill(0)
      await this.#publish(repository)
      await this.#soon()
      await this.#disk?.free()
    },
    'the origin collects': async repository => {
      await this.#publish(repository)
      await repocast(['origin', 'gc', '--data', this.origin.data], { env: this.#clock.env })
    },
  }

  async #publish(repository: LivingRepository): Promise<void> {
    await this.#announce(repository)
    await this.origin.publish(repository.name, repository.directory)
    this.#publishes += 1
  }

  async #startPublish(repository: LivingRepository): ReturnType<typeof startRepocast> {
    await this.#announce(repository)
    const { name, directory } = repository
    const words = ['origin', 'publish', name, directory, '--data', this.origin.data]
    return await startRepocast(this.lab, words, { env: this.#clock.env })
  }

  async #announce({ name, directory }: LivingRepository): Promise<void> {
    const published = this.published.get(name)
    const snapshot = await readManifest(directory)
    if (published && published.newest?.fingerprint !== snapshot.fingerprint) published.add(snapshot)
  }

  /** Everything comes to rest: each mirror serves the newest snapshots, byte for byte. */
  async #rest(): Promise<void> {
    await Promise.all(this.mirrors.map(async mirror => await mirror.untilSound(this.published)))
    if (this.watcher.violations.length > 0) throw new Error(this.watcher.violations.join('\n'))
  }

  /** An agent that may be killed; the first never is, so that it can be seen to grow. */
  #mortal(): LivingMirror {
    return this.#oneOf(this.mirrors.slice(1))
  }

  #oneOf<T>(all: readonly T[]): T {
    const one = all[this.#random.integer(0, all.length - 1)]
    if (one === undefined) throw new Error('there is none')
    return one
  }

  async #soon(): Promise<void> {
    await sleep(this.#random.next() * 1000)
  }
}
