import { lstatSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { FileState, HashPool } from '@repocast/files'
import type { ObjectId } from '@repocast/objects'
import type { Ingest, IngestMethod } from '@repocast/store'
import { isRacy, isSame } from './file-state.ts'
import type { HashedFile, Intake } from './intake.ts'

/** Puts what a scan finds into the store. */
export class StoreIntake implements Intake {
  readonly #ingest: Ingest
  readonly #method: IngestMethod
  readonly #hashPool: HashPool

  constructor(ingest: Ingest, method: IngestMethod, hashPool: HashPool) {
    this.#ingest = ingest
    this.#method = method
    this.#hashPool = hashPool
  }

  has(id: ObjectId): boolean {
    return this.#ingest.has(id)
  }

  /** What is in the store is what was hashed. */
  async addFile(path: Buffer, file: HashedFile, bytes?: Buffer): Promise<FileState | undefined> {
    if (bytes && this.#method === 'copy') {
      await this.#ingest.addBytes(file.id, bytes)
      return file.state
    }
    const taken = await this.#ingest.take(path, this.#method)
    const state = await this.#stateBehind(path, taken, file)
    if (state === undefined) await rm(taken, { force: true })
    else this.#ingest.stage(file.id, Number(state.size), taken)
    return state
  }

  async addTree(id: ObjectId, bytes: Buffer): Promise<void> {
    await this.#ingest.addBytes(id, bytes)
  }

  get isFull(): boolean {
    return this.#ingest.isFull
  }

  async commit(): Promise<void> {
    await this.#ingest.commit()
  }

  /** The state of the file now, if what was taken of it is what was hashed. */
  async #stateBehind(path: Buffer, taken: string, { id, state }: HashedFile): Promise<FileState | undefined> {
    const { size, mtimeNs, ctimeNs, ino } = lstatSync(path, { bigint: true })
    // A hard link changes the ctime of its inode, and has the content anyway.
    const isExpected = ctimeNs === state.ctimeNs || lstatSync(taken, { bigint: true }).ino === ino
    const now = { size, mtimeNs, ctimeNs, inode: ino }
    if (!isExpected || !isSame(state, { ...now, ctimeNs: state.ctimeNs })) return undefined
    if (!isRacy(state)) return now
    return (await this.#hashPool.sha256File(taken)).digest === id ? now : undefined
  }
}
