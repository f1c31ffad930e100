import type { AgentFailure } from '@repocast/api'

const kept = 20

/** The last failures of updates, newest first. */
export class RecentFailures {
  #list: readonly AgentFailure[] = []

  get list(): AgentFailure[] {
    return [...this.#list]
  }

  add(failure: AgentFailure): void {
    this.#list = [failure, ...this.#list].slice(0, kept)
  }
}
