import type { Finding, Rule, Severity } from './finding.ts'
import { ruleOf } from './rules.ts'

/** All findings of one code. */
export interface FindingGroup {
  readonly code: string
  readonly severity: Severity
  readonly rule: Rule
  readonly count: number
  /** The first of them. */
  readonly examples: readonly Finding[]
}

const order: readonly Severity[] = ['error', 'warning', 'note']

/** Counts findings by their codes, and keeps the first of each, so that a million of them need little memory. */
export class FindingTally {
  readonly #groups = new Map<string, { severity: Severity; count: number; examples: Finding[] }>()
  readonly #keptOfEach: number

  constructor(keptOfEach = 20) {
    this.#keptOfEach = keptOfEach
  }

  add(finding: Finding): void {
    const { code, severity } = finding
    const group = this.#groups.get(code) ?? { severity, count: 0, examples: [] }
    group.count += 1
    if (group.examples.length < this.#keptOfEach) group.examples.push(finding)
    this.#groups.set(code, group)
  }

  /** Errors first, then warnings, then notes; those that were found first before others. */
  get groups(): FindingGroup[] {
    const groups = [...this.#groups].map(([code, group]) => ({ code, rule: ruleOf(code), ...group }))
    return groups.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
  }
}
