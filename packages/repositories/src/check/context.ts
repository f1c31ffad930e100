import type { Finding } from './finding.ts'
import type { LastSnapshot } from './last-snapshot.ts'
import type { SignatureVerifier } from './signatures.ts'
import type { TreeReader } from './tree-reader.ts'

/** What a family of rules works with. */
export interface CheckContext {
  readonly tree: TreeReader
  /** The time against which dates in metadata are held. */
  readonly now: Date
  /** Verifies OpenPGP signatures with the keys that the admin trusts; without keys signatures are not looked at. */
  readonly signatures?: SignatureVerifier | undefined
  /** Without it rules about updates are not looked at. */
  readonly last?: LastSnapshot | undefined
  /** How long after this one the next snapshot is expected, where it is known. */
  readonly publishIntervalSeconds?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly report: (finding: Finding) => void
}
