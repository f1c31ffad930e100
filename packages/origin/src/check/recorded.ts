import type { RecordedFinding } from '@repocast/objects'
import type { FindingGroup } from '@repocast/repositories'

/** Findings of one code that a snapshot record keeps one by one, so that no record gets long. */
export const recordedOfEach = 10
/** Longest message that is kept, in characters. */
const maxMessageLength = 300

/** What a snapshot record keeps of findings: the first of each code, the last of which stands for all others. */
export function recordedFindings(groups: readonly FindingGroup[]): RecordedFinding[] {
  return groups.flatMap(({ code, severity, count, examples }) => {
    const kept = examples.slice(0, recordedOfEach)
    return kept.map(({ path, message }, k) => ({
      code,
      severity,
      path,
      message: message.slice(0, maxMessageLength),
      count: k === kept.length - 1 ? count - k : 1,
    }))
  })
}

/** How much of each severity. */
export type FindingCounts = Readonly<Record<RecordedFinding['severity'], number>>

/** Findings by severity, each as often as it was found. */
export function countFindings(findings: readonly RecordedFinding[]): FindingCounts {
  const counted = { error: 0, warning: 0, note: 0 }
  for (const { severity, count } of findings) counted[severity] += count
  return counted
}
