import { RepocastError } from '@repocast/errors'
import { displayName } from '@repocast/objects'
import type { FindingGroup } from '@repocast/repositories'

/** Codes that the message names. */
const namedCodes = 5

/** A tree has findings that stop a publish. */
export class CheckFailed extends RepocastError {
  /** All that was found, errors first. */
  readonly groups: readonly FindingGroup[]

  /** `refusing` are the groups of `groups` that are not allowed. */
  constructor(tree: string, groups: readonly FindingGroup[], refusing: readonly FindingGroup[]) {
    const count = refusing.reduce((sum, group) => sum + group.count, 0)
    const named = refusing.slice(0, namedCodes).map(textOf).join('; ')
    const more = refusing.length > namedCodes ? `; and ${refusing.length - namedCodes} more codes` : ''
    super('REPOCAST_CHECK_FAILED', {
      message: `the check of ${tree} found ${count === 1 ? 'an error' : `${count} errors`}: ${named}${more}`,
      hint: 'docs/findings.md explains each code; mend the tree, or allow what is meant to be with --allow CODE',
    })
    this.groups = groups
  }
}

/** @throws CheckFailed when errors of other codes than `allow` were found in the tree at `source` */
export function assertPassed(source: string, groups: readonly FindingGroup[], allow: ReadonlySet<string>): void {
  const refusing = groups.filter(({ code, severity }) => severity === 'error' && !allow.has(code))
  if (refusing.length > 0) throw new CheckFailed(source, groups, refusing)
}

function textOf({ code, count, examples: [first] }: FindingGroup): string {
  const where = first === undefined || first.path === '' ? '' : ` ${displayName(first.path)}`
  return `${code}${where}${count > 1 ? ` and ${count - 1} more` : ''}`
}
