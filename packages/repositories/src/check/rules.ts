import { debRules } from '../deb/rules.ts'
import { treeRules } from '../tree/rules.ts'
import { yumRules } from '../yum/rules.ts'
import type { Rule } from './finding.ts'

/** The register of all rules, by their codes. */
export const rules: Readonly<Record<string, Rule>> = { ...treeRules, ...yumRules, ...debRules }

/** The rule of a finding. */
export function ruleOf(code: string): Rule {
  const rule = rules[code]
  if (rule === undefined) throw new TypeError(`no rule has the code ${code}`)
  return rule
}
