/**
 * What is asked of a hashing thread. Paths are bytes as Latin-1 text: of a short buffer, all of the pool that it was cut from
 * would be sent to the thread.
 */
export type HashJob =
  | { readonly kind: 'file'; readonly path: string; readonly algorithm: string }
  | { readonly kind: 'sha1-ranges'; readonly ranges: readonly (Omit<FileRange, 'path'> & { readonly path: string })[] }

/** Bytes of a file. */
export interface FileRange {
  readonly path: Buffer | string
  /** Bytes from the start of the file. */
  readonly offset: number
  readonly length: number
}

/** Of an open file: changes when the content may have changed. */
export interface FileState {
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  readonly inode: bigint
}

export interface FileDigest {
  /** Hexadecimal. */
  readonly digest: string
  readonly before: FileState
  readonly after: FileState
}

export interface FileContent {
  readonly bytes: Buffer
  readonly before: FileState
  readonly after: FileState
}

export type HashResult =
  /** Hexadecimal digest of the whole file, and its state before and after it was read. */
  | ({ readonly kind: 'file' } & FileDigest)
  /** Hexadecimal digest of all ranges in a row; undefined when a file ends before its range does. */
  | { readonly kind: 'sha1-ranges'; readonly digest: string | undefined }

export interface HashRequest {
  readonly number: number
  readonly job: HashJob
}

export type HashReply =
  | { readonly number: number; readonly result: HashResult }
  | { readonly number: number; readonly failure: HashFailure }

/** What is left of an error on its way between threads, which would lose the code of a system error. */
export interface HashFailure {
  readonly message: string
  /** `ENOENT` and the like. */
  readonly code: string | undefined
}
