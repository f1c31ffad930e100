import type { Logger } from '@repocast/errors'
import type { GroupedRates } from '@repocast/swarm'
import type { LimitPlan, LimitsNow } from './limit-plan.ts'

/** The clock of the host may be set meanwhile, and a host may sleep: it is looked at so often at least. */
const mostWaitMs = 30_000

export interface LimitKeeperOptions {
  readonly plan: LimitPlan
  /** Makes limits hold. */
  readonly apply: (rates: GroupedRates) => void
  readonly clock: () => Date
  readonly logger: Logger
}

/** Makes the limits of a plan hold when their time comes. */
export class LimitKeeper {
  readonly #options: LimitKeeperOptions
  #plan: LimitPlan
  #timer: NodeJS.Timeout | undefined
  #told = ''

  /** Limits hold from now on, until `stop`. */
  constructor(options: LimitKeeperOptions) {
    this.#options = options
    this.#plan = options.plan
    this.#keep()
  }

  /** What holds now, and until when. */
  now(): ReturnType<LimitPlan['at']> {
    return this.#plan.at(this.#options.clock())
  }

  /** From now on another plan. */
  follow(plan: LimitPlan): void {
    this.#plan = plan
    this.#keep()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #keep(): void {
    clearTimeout(this.#timer)
    const { apply, clock } = this.#options
    const { total, repositories } = this.now()
    apply({ ...total, groups: repositories })
    this.#tell(total)
    const changes = [total, ...repositories.values()].flatMap(({ until }) => (until ? [until.getTime()] : []))
    const waitMs = Math.min(mostWaitMs, ...changes.map(change => change - clock().getTime()))
    this.#timer = setTimeout(() => this.#keep(), Math.max(waitMs, 1)).unref()
  }

  #tell({ uploadRate, downloadRate, until }: LimitsNow): void {
    const now = `${uploadRate} ${downloadRate}`
    if (this.#told !== '' && this.#told !== now)
      this.#options.logger.info({ uploadRate, downloadRate, until: until?.toISOString() }, 'other limits hold now')
    this.#told = now
  }
}
