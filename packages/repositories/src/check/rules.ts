import { debRules } from '../deb/rules.ts'
import { treeRules } from '../tree/rules.ts'
import { yumRules } from '../yum/rules.ts'
import type { Rule } from './finding.ts'

/** The register of all rules, by their codes. */
export const rules: Readonly<Record<string, Rule>> = { ...treeRules, ...yumRules, ...debRules }
