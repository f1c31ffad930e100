import type { MadePackages } from '../made-packages.ts'
import type { SigningKey } from '../signing-key.ts'

/** A tree that a tool of archives has made. */
export interface ToolTree {
  readonly directory: string
  /** Lets the tool put `newer` into the place of `old`, and add `added`. May be called once. */
  update(): Promise<void>
}

/** Makes a tree of `packages`, signed by `key`. What the tool keeps for itself lies in `scratch`, too. */
export type DebTool = (scratch: string, packages: MadePackages, key: SigningKey) => Promise<ToolTree>
