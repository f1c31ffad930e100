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
  /**
   * Whether only what costs little is looked at, for who has verified all files by their SHA-256 already: metadata
   * parses, and what it names is there with its size and SHA-256. No other digest is computed, and no metadata that
   * names no packages is unpacked.
   */
  readonly isQuick?: boolean | undefined
  /**
   * Whether `path` is there in the whole tree, of which this one is a part: what metadata names and is left out on
   * purpose is not missed.
   */
  readonly isLeftOut?: ((path: string) => boolean) | undefined
  readonly signal?: AbortSignal | undefined
  readonly report: (finding: Finding) => void
}
