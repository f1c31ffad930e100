import type { ObjectId } from '@repocast/objects'
import type { Algorithm } from '../metadata/digests.ts'

/** Digests of blobs besides SHA-256, in lower-case hexadecimal, that were computed before. */
export interface KnownDigests {
  get(id: ObjectId, algorithm: Algorithm): string | undefined
  add(id: ObjectId, algorithm: Algorithm, digest: string): void
}

/** Digests that are known as long as one run lasts. */
export class DigestsOfRun implements KnownDigests {
  readonly #digests = new Map<string, string>()

  get(id: ObjectId, algorithm: Algorithm): string | undefined {
    return this.#digests.get(`${algorithm} ${id}`)
  }

  add(id: ObjectId, algorithm: Algorithm, digest: string): void {
    this.#digests.set(`${algorithm} ${id}`, digest)
  }
}
