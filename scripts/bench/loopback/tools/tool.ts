import type { End } from '../process.ts'

/** What is to be moved, and where one tool works. */
export interface Stage {
  /** The tool's own, empty at first. */
  readonly directory: string
  /** The tree that is moved: files without directories. */
  readonly source: string
  readonly pieceBytes: number
}

/** Both ends, ready to begin. */
export interface Pair {
  readonly seeder: End
  /** Starts the transfer; its time counts from here. @returns the leecher */
  begin(): Promise<End>
  /** What is waited for, one after the other: each is a row of its own. Rejects when the leecher fails. */
  readonly marks: readonly { readonly what: string; reached(leecher: End): Promise<void> }[]
  /** Directory that is as the source in the end; undefined where bytes are kept in another form. */
  readonly copy: string | undefined
  /** Ends whatever else was started. */
  close(): Promise<void>
}

/** A way to move a tree from one process to another over loopback. */
export interface Tool {
  readonly name: string
  /** Whether pieces mean something to it. */
  readonly hasPieces: boolean
  /** What is needed and not here; undefined when it can run. */
  missing(): string | undefined
  prepare(stage: Stage): Promise<Pair>
}
