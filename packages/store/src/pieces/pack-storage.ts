import { closeSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { type ErrorCode, type ErrorDetails, type Logger, RepocastError } from '@repocast/errors'
import { explainDiskError, type HashPool } from '@repocast/files'
import { type ObjectId, objectIdOf } from '@repocast/objects'
import type { Pack, PieceRange } from '@repocast/packs'
import type { Layout } from '../layout.ts'
import type { ObjectFiles } from '../objects/object-files.ts'
import type { Bits } from './bitfield.ts'
import type { Committer, PieceLedger } from './committer.ts'
import type { OpenFiles } from './open-files.ts'
import { PieceState } from './piece-state.ts'
import { verifyPiece } from './verify-piece.ts'

/** Objects up to this many bytes that lie in one piece are verified from memory, larger ones in a hashing thread. */
const verifiedInMemory = 512 * 1024

/** Whole objects up to this many bytes are written at once. */
const writtenAtOnce = 64 * 1024

/** What a pack storage works with. */
export interface PieceSurroundings {
  readonly layout: Layout
  readonly objects: ObjectFiles
  readonly files: OpenFiles
  readonly committer: Committer
  readonly hashPool: HashPool
  readonly logger: Logger
}

/**
 * The pieces of one pack over the objects of the store. Bytes of an object that is not complete lie in its partial
 * file, at their place in the object; so every piece that was received can be served, and no byte is stored twice.
 * An object is verified by its SHA-256 as soon as its last byte is there, and moved to its final name.
 */
export class PackStorage implements PieceLedger {
  readonly pack: Pack
  readonly packNumber: number
  readonly #with: PieceSurroundings
  readonly #state: PieceState
  readonly #verifying = new Set<Promise<void>>()
  #failure: RepocastError | undefined

  /** For `openPackStorage`. `have` and `held` are taken over. */
  constructor(pack: Pack, packNumber: number, surroundings: PieceSurroundings, have: Bits, held: Bits) {
    this.pack = pack
    this.packNumber = packNumber
    this.#with = surroundings
    this.#state = new PieceState(pack, have, held)
  }

  /** The pieces that are there, as a bitfield (BEP 3); a copy. */
  bitfield(): Uint8Array {
    return this.#state.bitfield()
  }

  snapshot(): Uint8Array {
    return this.bitfield()
  }

  hasPiece(piece: number): boolean {
    return this.#state.has(piece)
  }

  /** The pieces that have to come before all of `ids` (default: everything) can be complete. */
  missingPieces(ids?: Iterable<ObjectId>): number[] {
    return this.#state.missingPieces(ids)
  }

  /** The pieces that have to come before the object `id` can be complete; none when it is held. */
  missingPiecesOf(id: ObjectId): number[] {
    return this.#state.missingPiecesOf(id)
  }

  /**
   * Bytes of a piece that is there.
   * @throws RepocastError REPOCAST_DISK_REFUSED, REPOCAST_OBJECT_ROTTEN when a file is shorter than it was
   */
  async read(piece: number, offset = 0, length = this.pack.pieceBytes(piece) - offset): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length)
    let at = 0
    for (const part of this.pack.rangesOfPiece(piece, offset, length)) {
      const into = bytes.subarray(at, at + part.length)
      if (!this.#isSmall(part) || !this.#readWhole(part, into)) await this.#readRange(part, into)
      at += part.length
    }
    return bytes
  }

  /**
   * Puts down a piece whose SHA-1 was verified. When this returns, its bytes can be read; they are durable at the
   * latest when `flush` has returned.
   * @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED, REPOCAST_PACK_OBJECT_MISMATCH
   */
  async write(piece: number, bytes: Uint8Array): Promise<void> {
    if (this.#failure) throw this.#failure
    if (this.#state.has(piece)) return
    await this.#with.committer.room()
    const ranges = await this.#put(piece, bytes)
    if (this.#state.has(piece)) return // it came twice at the same time
    this.#state.add(piece)
    this.#with.committer.change(this) // a commit may have come between the bytes and this line
    for (const part of ranges) if (!this.#isSmall(part)) this.#arrived(part.object, piece, bytes)
  }

  /** Puts down what objects lack of a piece. */
  async #put(piece: number, bytes: Uint8Array): Promise<PieceRange[]> {
    const { losses } = this.#state
    const ranges = this.pack.rangesOfPiece(piece).filter(({ object }) => this.#state.lacks(object))
    for (const part of ranges) {
      if (this.#isSmall(part)) this.#putWhole(part, bytes)
      else await this.#writeRange(part, bytes)
    }
    // what was lost meanwhile may need it, too
    return losses === this.#state.losses ? ranges : await this.#put(piece, bytes)
  }

  /** Settles when everything written so far is verified, durable and recorded. @throws as `write` */
  async flush(): Promise<void> {
    while (this.#verifying.size > 0) await Promise.all(this.#verifying)
    if (this.#failure) throw this.#failure
    await this.#with.committer.flush()
  }

  placed(ids: Iterable<ObjectId>): void {
    for (const object of this.#state.objects(ids)) this.#state.hold(object)
  }

  get isWhole(): boolean {
    return this.#state.isWhole
  }

  /** Says that objects which were held are not there any more, and with them their pieces. For `Store.lose`. */
  lose(ids: Iterable<ObjectId>): void {
    if (this.#state.lose(ids)) this.#with.committer.change(this)
  }

  /**
   * Says that nobody wants these objects, whose files are gone, but for the bytes of `needed` pieces, which lie in their
   * partial files. For `Store.release`.
   */
  letGo(objects: readonly number[], needed: Bits): void {
    const { committer } = this.#with
    for (const object of this.#state.letGo(objects, needed)) committer.touch(this.pack.objectId(object), this)
    committer.change(this)
  }

  /** Looks for pieces that are there again because their objects came by another pack. @returns whether there are such */
  regain(): boolean {
    const isNews = this.#state.regain()
    if (isNews) this.#with.committer.change(this)
    return isNews
  }

  /** Looks at objects that are complete but not under their final names, as after a crash. For `openPackStorage`. */
  finishComplete(): void {
    for (const object of this.#state.unverified()) this.#verifyInThread(object)
  }

  /** A small object in one go, as it was written. @returns false when that has to be done with more care */
  #readWhole({ object, length }: PieceRange, into: Buffer): boolean {
    if (!this.#state.isHeld(object)) return false
    let fd: number | undefined
    try {
      fd = openSync(this.#with.layout.object(this.pack.objectId(object)), 'r')
      return readSync(fd, into, 0, length, 0) === length
    } catch {
      return false // the other way tells what is wrong
    } finally {
      if (fd !== undefined) closeSync(fd)
    }
  }

  async #readRange({ object, objectOffset, length }: PieceRange, into: Buffer): Promise<void> {
    const id = this.pack.objectId(object)
    const { layout, files } = this.#with
    // A partial file may get its final name between two looks.
    const paths = this.#state.isHeld(object) ? [layout.object(id)] : [layout.partialObject(id), layout.object(id)]
    for (const [k, path] of paths.entries()) {
      try {
        const { bytesRead } = await files.use(
          path,
          'read',
          async handle => await handle.read(into, 0, length, objectOffset),
        )
        if (bytesRead === length) return
      } catch (error) {
        if (!isMissing(error) || k === paths.length - 1) throw error
      }
    }
    throw new RepocastError('REPOCAST_OBJECT_ROTTEN', {
      message: `the file of the object ${id} is shorter than it was`,
      hint: 'remove it, so that it is fetched again; and check the disk',
    })
  }

  #isSmall({ object, length }: PieceRange): boolean {
    return length <= writtenAtOnce && length === this.pack.objectBytes(object)
  }

  /**
   * A small object is verified and written by one call after the other, without waiting: a pack may hold a hundred of
   * them in each piece, and the file that is kept open for later ranges and the promises cost many times what the calls do.
   */
  #putWhole({ object, pieceOffset, length }: PieceRange, bytes: Uint8Array): void {
    const content = bytes.subarray(pieceOffset, pieceOffset + length)
    const id = this.pack.objectId(object)
    if (objectIdOf(content) !== id) throw this.#refuse(object)
    const path = this.#with.layout.partialObject(id)
    try {
      writeFileSync(path, content, { mode: 0o644 })
    } catch (error) {
      throw explainDiskError(error, 'write', path)
    }
    this.#state.arrivedWhole(object)
    this.#with.committer.finish(id, length, this)
  }

  async #writeRange({ object, objectOffset, pieceOffset, length }: PieceRange, bytes: Uint8Array): Promise<void> {
    const path = this.#with.layout.partialObject(this.pack.objectId(object))
    await this.#with.files.use(path, 'write', async handle => {
      for (let done = 0; done < length; ) {
        const { bytesWritten } = await handle.write(bytes, pieceOffset + done, length - done, objectOffset + done)
        done += bytesWritten
      }
    })
    this.#with.committer.touch(this.pack.objectId(object), this)
  }

  #arrived(object: number, piece: number, bytes: Uint8Array): void {
    if (!this.#state.arrived(object)) return
    const size = this.pack.objectBytes(object)
    const { first, last } = this.pack.piecesOfObject(object)
    if (first !== last || size > verifiedInMemory) {
      this.#verifyInThread(object)
      return
    }
    const start = this.pack.objectOffset(object) - piece * this.pack.pieceLength
    const id = objectIdOf(bytes.subarray(start, start + size))
    if (id !== this.pack.objectId(object)) throw this.#refuse(object)
    this.#with.committer.finish(id, size, this)
  }

  #verifyInThread(object: number): void {
    const id = this.pack.objectId(object)
    const verify = async (): Promise<void> => {
      const { digest } = await this.#with.hashPool.sha256File(this.#with.layout.partialObject(id))
      if (digest === id) this.#with.committer.finish(id, this.pack.objectBytes(object), this)
      else if (await this.#hasRightPieces(object)) this.#refuse(object)
      else this.#discard(object)
    }
    const run: Promise<void> = verify()
      .catch(async (error: unknown) => {
        // Another pack that holds the same object may have been faster.
        if (this.#with.objects.find(id, this.pack.objectBytes(object))) this.placed([id])
        // or has taken the file away, since it was not what its pieces were recorded for
        else if (isMissing(error)) this.#discard(object)
        else this.#failure ??= asFailure(error, id)
      })
      .finally(() => this.#verifying.delete(run))
    this.#verifying.add(run)
  }

  async #hasRightPieces(object: number): Promise<boolean> {
    const { first, last } = this.pack.piecesOfObject(object)
    for (let piece = first; piece <= last; piece += 1) {
      if (!(await verifyPiece(this.pack, piece, other => this.#state.isHeld(other), this.#with))) return false
    }
    return true
  }

  /** The pieces are as the torrent says, the object is not: the origin's fault, and fetching again does not help. */
  #refuse(object: number): RepocastError {
    const id = this.pack.objectId(object)
    return this.#drop(object, {
      code: 'REPOCAST_PACK_OBJECT_MISMATCH',
      message: `the object ${id} of the pack ${this.pack.infoHash} has other bytes than its id says`,
      hint: 'the origin published a damaged pack; tell its operator',
    })
  }

  /** What was right when it came is not any more: the disk's fault, and the pieces are missing from now on. */
  #discard(object: number): RepocastError {
    const id = this.pack.objectId(object)
    return this.#drop(object, {
      code: 'REPOCAST_OBJECT_ROTTEN',
      message: `bytes of ${this.#with.layout.partialObject(id)} have changed since they were received`,
      hint: 'they are fetched again; check the disk',
    })
  }

  /** The failure stays until the pack is opened anew, and then the pieces are missing. */
  #drop(object: number, { code, ...details }: ErrorDetails & { readonly code: ErrorCode }): RepocastError {
    const path = this.#with.layout.partialObject(this.pack.objectId(object))
    void this.#with.files.forget(path)
    rmSync(path, { force: true })
    this.#state.drop(object)
    this.#with.committer.change(this)
    this.#failure ??= new RepocastError(code, details)
    return this.#failure
  }
}

function asFailure(error: unknown, id: ObjectId): RepocastError {
  if (error instanceof RepocastError) return error
  return new RepocastError('REPOCAST_DISK_REFUSED', { message: `cannot verify the object ${id}`, cause: error })
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
