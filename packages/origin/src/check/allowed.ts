import { nearest } from '@repocast/daemon'
import { RepocastError } from '@repocast/errors'
import { rules } from '@repocast/repositories'

/** The codes of findings that do not stop a publish. @throws RepocastError REPOCAST_FINDING_UNKNOWN */
export function allowedCodes(codes: readonly string[]): ReadonlySet<string> {
  for (const code of codes) if (!Object.hasOwn(rules, code)) throw unknown(code)
  return new Set(codes)
}

function unknown(code: string): RepocastError {
  const near = nearest(code, Object.keys(rules))
  return new RepocastError('REPOCAST_FINDING_UNKNOWN', {
    message: `no rule has the code ${JSON.stringify(code.slice(0, 80))}`,
    hint: near === undefined ? 'docs/findings.md lists all codes' : `did you mean ${near}?`,
  })
}
