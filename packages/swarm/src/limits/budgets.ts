import type { Clock } from '../clock.ts'
import { type Budget, JointBudget } from './budget.ts'
import { ByteBudget } from './byte-budget.ts'
import { RampUp } from './ramp-up.ts'

/** In bytes per second; 0 is without limit. */
export interface LimitRates {
  readonly uploadRate: number
  readonly downloadRate: number
}

/** What all packs together may move, and those of single groups. */
export interface GroupedRates extends LimitRates {
  /** By the name of the group; one that is not named has no limit of its own. */
  readonly groups?: ReadonlyMap<string, LimitRates>
}

const withoutLimit: LimitRates = { uploadRate: 0, downloadRate: 0 }

/** The two directions of one group, or of all. */
class Pair {
  readonly uploads: ByteBudget
  readonly downloads: ByteBudget

  constructor({ uploadRate, downloadRate }: LimitRates, clock: Clock) {
    this.uploads = new ByteBudget(uploadRate, clock)
    this.downloads = new ByteBudget(downloadRate, clock)
  }

  set rates({ uploadRate, downloadRate }: LimitRates) {
    this.uploads.bytesPerSecond = uploadRate
    this.downloads.bytesPerSecond = downloadRate
  }
}

/** The budgets of a swarm: of everything, and of the groups that its packs are of. */
export class Budgets {
  readonly #clock: Clock
  readonly #total: Pair
  readonly #groups = new Map<string, Pair>()
  readonly #rampUp: RampUp
  readonly #rampDown: RampUp
  #rates: GroupedRates

  /** @param rampUpSeconds how long a transfer takes to come to its full rate */
  constructor(rates: GroupedRates, clock: Clock, rampUpSeconds = 0) {
    this.#clock = clock
    this.#rates = rates
    this.#total = new Pair(rates, clock)
    this.#rampUp = new RampUp(rampUpSeconds)
    this.#rampDown = new RampUp(rampUpSeconds)
    this.tick(clock.now())
  }

  /** From now on other rates. */
  limit(rates: GroupedRates): void {
    this.#rates = rates
    this.tick(this.#clock.now())
    for (const [name, pair] of this.#groups) pair.rates = rates.groups?.get(name) ?? withoutLimit
  }

  /** A few times a second. */
  tick(now: number): void {
    const { uploads, downloads } = this.#total
    const { uploadRate, downloadRate } = this.#rates
    uploads.bytesPerSecond = this.#rampUp.rate(now, uploadRate, uploads.takenBytes)
    downloads.bytesPerSecond = this.#rampDown.rate(now, downloadRate, downloads.takenBytes)
  }

  /** What packs of `group` draw on; they always draw on the budget of all, too. */
  of(group: string | undefined): { readonly uploads: Budget; readonly downloads: Budget } {
    if (group === undefined) return this.#total
    let own = this.#groups.get(group)
    if (own === undefined) {
      own = new Pair(this.#rates.groups?.get(group) ?? withoutLimit, this.#clock)
      this.#groups.set(group, own)
    }
    return {
      uploads: new JointBudget([own.uploads, this.#total.uploads]),
      downloads: new JointBudget([own.downloads, this.#total.downloads]),
    }
  }
}
