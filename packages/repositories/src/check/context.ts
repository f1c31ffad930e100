import type { Finding } from './finding.ts'
import type { SignatureVerifier } from './signatures.ts'
import type { TreeReader } from './tree-reader.ts'

/** What a family of rules works with. */
export interface CheckContext {
  readonly tree: TreeReader
  /** The time against which dates in metadata are held. */
  readonly now: Date
  /** Verifies OpenPGP signatures with the keys that the admin trusts; without keys signatures are not looked at. */
  readonly signatures?: SignatureVerifier | undefined
  readonly signal?: AbortSignal | undefined
  readonly report: (finding: Finding) => void
}
