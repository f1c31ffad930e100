import type { Pack } from '@repocast/packs'
import type { PieceStorage } from './storage.ts'

/** What is shared: a pack, where its bytes lie, and where else they can be had. */
export interface SharedPack {
  readonly pack: Pack
  readonly storage: PieceStorage
  /** Addresses for announces, HTTP only. */
  readonly trackers: readonly string[]
  /** HTTP addresses of the pack's bytes, which answer range requests; the first is asked while it answers. */
  readonly webSeeds?: readonly string[] | undefined
  /** Whose limits hold for it besides those of all packs, such as the name of its repository. */
  readonly group?: string | undefined
  /** While it comes in, packs that are not urgent wait. */
  readonly isUrgent?: boolean
}
