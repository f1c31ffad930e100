import { countOf, formatCount } from '@repocast/daemon'
import type { DirectoryVerdict } from '@repocast/origin'
import type { Terminal } from './terminal.ts'

type Groups = DirectoryVerdict['groups']

/** Findings of one code that are shown to people. */
const shownOfEach = 5

/**
 * Tells people what a check found, with the rule and what to do once for each code.
 * @param areAllowed whether it was published all the same
 */
export function showFindings(terminal: Terminal, groups: Groups, areAllowed = false): void {
  for (const { code, severity, count, examples, rule } of groups) {
    const weight = areAllowed && severity === 'error' ? 'error, allowed:' : severity
    terminal.line(`${weight} ${code}: ${rule.rule}`)
    for (const { path, message } of examples.slice(0, shownOfEach)) terminal.line(`  ${path || '(tree)'}: ${message}`)
    const more = count - Math.min(count, shownOfEach)
    if (more > 0) terminal.line(`  and ${formatCount(more)} more`)
    terminal.line(`  source: ${rule.source}`)
    terminal.line(`  hint: ${rule.hint}`)
  }
}

/** How many findings there are, as `1 error, 2 warnings`; `none`. */
export function findingsText(counts: Readonly<Record<'error' | 'warning' | 'note', number>>): string {
  const told = (['error', 'warning', 'note'] as const).flatMap(severity => {
    const count = counts[severity]
    return count === 0 ? [] : [countOf(count, severity)]
  })
  return told.length === 0 ? 'none' : told.join(', ')
}

/** How many findings of each severity there are. */
export function countsOf(
  groups: readonly Pick<Groups[number], 'severity' | 'count'>[],
): Record<'error' | 'warning' | 'note', number> {
  const counts = { error: 0, warning: 0, note: 0 }
  for (const { severity, count } of groups) counts[severity] += count
  return counts
}

/** What `--json` prints of findings of one code. */
export function summaryOf({ code, severity, count, examples }: Groups[number]): object {
  return { code, severity, count, examples: examples.map(({ path, message }) => ({ path, message })) }
}
