import { RepocastError } from '@repocast/errors'
import type { Finding } from '@repocast/store'

export interface VerifyOptions {
  /** Whether what is damaged is healed. */
  readonly isRepairing: boolean
  /** How long other mirrors are waited for, in seconds. */
  readonly waitSeconds: number
  readonly signal: AbortSignal
  readonly onFinding: (finding: Finding) => void
  /** Called now and then with how far it is. */
  readonly onProgress: (progress: VerifyProgress) => void
}

export interface VerifyProgress {
  readonly step: 'checking' | 'healing'
  /** Bytes of objects. */
  readonly done: number
  readonly total: number
}

export interface VerifyResult {
  /** What was checked. */
  readonly objects: number
  readonly bytes: number
  readonly found: number
  readonly healed: number
  /** Objects that are damaged still. */
  readonly lost: number
  /** Whether a running agent did it. */
  readonly byAgent?: boolean
  /** Why it is no success. */
  readonly failure: RepocastError | undefined
}

export function damageLeft(lost: number): RepocastError {
  return new RepocastError('REPOCAST_DAMAGE_LEFT', {
    message: `${lost === 1 ? 'one damaged object' : `${lost} damaged objects`} did not come from other mirrors or the origin in time`,
    hint: 'see that trackers and peers can be reached; a running agent goes on with them',
  })
}
