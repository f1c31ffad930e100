import type { FileState } from '@repocast/files'
import type { ObjectId } from '@repocast/objects'

/** A source file that was read: what it is, and how it looked then. */
export interface HashedFile {
  readonly id: ObjectId
  readonly state: FileState
}

/** Where a scan puts what it finds. */
export interface Intake {
  /** Whether an object is there, or on its way. */
  has(id: ObjectId): boolean
  /**
   * Takes in the file at `path`, which was just hashed.
   * @param bytes all of it, where that is known and cannot change unseen
   * @returns how it looks now; undefined when it is another one by now
   */
  addFile(path: Buffer, file: HashedFile, bytes?: Buffer): Promise<FileState | undefined>
  addTree(id: ObjectId, bytes: Buffer): Promise<void>
  /** Whether so much waits that it should be committed before more is added. */
  readonly isFull: boolean
  commit(): Promise<void>
}
