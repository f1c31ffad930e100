import { isRepocastError } from '@repocast/errors'
import type { HashPool } from '@repocast/files'
import type { InfoHash, ObjectId, RepositoryName } from '@repocast/objects'
import { toBytes } from '../catalog/catalog.ts'
import type { Generation } from '../generations/generation-rows.ts'
import type { Generations } from '../generations/generations.ts'
import type { Layout } from '../layout.ts'
import type { ObjectFiles } from '../objects/object-files.ts'
import type { PackStorage } from '../pieces/pack-storage.ts'
import type { Snapshots } from '../snapshots/snapshots.ts'
import { type CheckGenerationOptions, checkGeneration, type Misfit } from './check-generation.ts'
import { checkObject } from './check-object.ts'
import { Copies } from './copies.ts'
import { mendEntry, relinkObjects } from './mend-generation.ts'

/** Damage that was found. */
export interface Finding {
  /** Of objects: `deleted`, `truncated`, `rotten` …; of checked-out entries: `missing`, `changed`, `attributes`, `unexpected`. */
  readonly what: string
  /** The damaged file, for people. */
  readonly path: string
  /** The object whose own file is damaged. */
  readonly object?: ObjectId
  /** The object of which a copy is damaged, and the path of that. */
  readonly copyOf?: ObjectId
  /** The repository whose checked-out snapshot has the entry. */
  readonly repository?: RepositoryName
}

export interface ScrubOptions {
  /** Called before `bytes` are read; waits as long as the pace demands. */
  readonly pace: (bytes: number) => Promise<void>
  readonly signal: AbortSignal
}

/** What a scrub looks at. */
export interface ScrubSurroundings {
  readonly layout: Layout
  readonly objects: ObjectFiles
  readonly generations: Generations
  readonly snapshots: Snapshots
  readonly openPack: (infoHash: InfoHash) => Promise<PackStorage>
  readonly hashPool: HashPool
}

interface StoredObject {
  readonly id: ObjectId
  readonly size: number
}

/** Objects that are hashed at the same time, at most, and their bytes. */
const objectsAtOnce = 32
const bytesAtOnce = 64 * 1024 * 1024

/** Looks for damage in objects, and in what is checked out of them, and mends the latter. */
export class Scrub {
  readonly #store: ScrubSurroundings

  constructor(surroundings: ScrubSurroundings) {
    this.#store = surroundings
  }

  /**
   * Compares all objects behind `from` (32 bytes; none for all), and their copies, with their ids. `onChecked` is told of
   * the last one that was checked, and of the objects and bytes since it was told before.
   * @throws RepocastError REPOCAST_DISK_REFUSED; the reason of `signal`
   */
  async *objects(
    from: Buffer,
    onChecked: (position: Buffer, objects: number, bytes: number) => void,
    { pace, signal }: ScrubOptions,
  ): AsyncGenerator<Finding> {
    const copies = new Copies(this.#store.layout)
    for (let position = from; ; ) {
      const batch = firstBytes(this.#store.objects.list(position, objectsAtOnce))
      const last = batch.at(-1)
      if (last === undefined) return
      const bytes = batch.reduce((sum, { size }) => sum + size, 0)
      await pace(bytes)
      signal.throwIfAborted()
      const found = await Promise.all(batch.map(async one => await this.#checkObject(one, copies.of(one.id))))
      for (const findings of found) yield* findings
      position = toBytes(last.id)
      onChecked(position, batch.length, bytes)
    }
  }

  /** Looks at the objects of one piece, because it could not be read. @throws as `Store.openPack` */
  async piece(infoHash: InfoHash, piece: number): Promise<Finding[]> {
    const { pack } = await this.#store.openPack(infoHash)
    const { first, last } = pack.objectsOfPiece(piece)
    const found: Finding[] = []
    for (let k = first; k <= last; k += 1) {
      const one = { id: pack.objectId(k), size: pack.objectBytes(k) }
      if (this.#store.objects.has(one.id)) found.push(...(await this.#checkObject(one, [])))
    }
    return found
  }

  /**
   * Compares all checked-out snapshots with their trees. With `isMended`, what is found is mended, as far as the objects
   * are there, before it is told.
   * @throws RepocastError REPOCAST_DISK_REFUSED; the reason of `signal`
   */
  async *generations({
    pace,
    signal,
    isMended,
  }: ScrubOptions & { readonly isMended: boolean }): AsyncGenerator<Finding> {
    const { generations, snapshots, layout, objects, hashPool } = this.#store
    for (const repository of generations.repositories()) {
      for (const generation of generations.list(repository)) {
        if (!generation.isReady) continue
        const { directory, root: id, serial } = generation
        const root = { ...snapshots.get(repository, serial)?.root, id }
        const isKept = (name: Buffer): boolean => generations.hasBesides(generation, name)
        const options = { layout, read: objects.readTree, hashPool, directory, root, isKept, pace, signal }
        yield* this.#misfits(generation, options, isMended)
      }
    }
  }

  async *#misfits(generation: Generation, options: CheckGenerationOptions, isMended: boolean): AsyncGenerator<Finding> {
    /** Directories whose times have changed because something in them was mended. */
    const touched = new Set<string>()
    try {
      for await (const misfit of checkGeneration(options)) {
        const isOurs = misfit.what === 'attributes' && touched.has(misfit.name.toString('latin1'))
        const outcome = isMended ? await this.#mend(generation, options, misfit) : 'mended'
        if (outcome === 'gone') return
        if (outcome === 'fine') continue
        touched.add(parentOf(misfit))
        if (!isOurs) yield findingOf(generation, misfit)
      }
    } catch (error) {
      // its trees are damaged: they are found as objects, and when they are healed it is looked at again
      if (!isRepocastError(error, 'REPOCAST_OBJECT_MISSING', 'REPOCAST_OBJECT_ROTTEN')) throw error
    }
  }

  /** `gone`: the generation is another one now; `fine`: it need not be mended, or cannot be before its object comes. */
  async #mend(
    generation: Generation,
    options: CheckGenerationOptions,
    misfit: Misfit,
  ): Promise<'mended' | 'fine' | 'gone'> {
    let wasMended = false
    const isThere = await this.#store.generations.mend(generation, async checkout => {
      wasMended = await mendEntry(checkout, options, misfit)
    })
    if (!isThere) return 'gone'
    return wasMended ? 'mended' : 'fine'
  }

  /** Puts objects that came again into all checked-out snapshots. @throws as `Checkout.apply` and `ObjectFiles.readTree` */
  async relink(ids: ReadonlySet<ObjectId>): Promise<void> {
    const { generations, snapshots, objects } = this.#store
    for (const repository of generations.repositories()) {
      for (const generation of generations.list(repository)) {
        if (!generation.isReady) {
          await generations.discardUnfinished(generation)
          continue
        }
        const { root: id, serial } = generation
        const attributes = snapshots.get(repository, serial)?.root
        await generations.mend(generation, async checkout => {
          await relinkObjects(checkout, objects.readTree, attributes ? { ...attributes, id } : id, ids)
        })
      }
    }
  }

  async #checkObject(one: StoredObject, copies: readonly string[]): Promise<Finding[]> {
    const found: Finding[] = []
    const path = this.#store.layout.object(one.id)
    const what = await checkObject(path, one, this.#store.hashPool)
    // it may have been collected while it was read
    if (what && this.#store.objects.has(one.id)) found.push({ what, path, object: one.id })
    for (const copy of copies) {
      const wrong = await checkObject(copy, one, this.#store.hashPool)
      if (wrong && this.#store.objects.has(one.id)) found.push({ what: wrong, path: copy, copyOf: one.id })
    }
    return found
  }
}

/** As many of the first objects as are read at once; at least one, if there is one. Pure. */
function firstBytes(objects: readonly StoredObject[]): readonly StoredObject[] {
  let bytes = 0
  const end = objects.findIndex(({ size }, k) => {
    bytes += size
    return k > 0 && bytes > bytesAtOnce
  })
  return end < 0 ? objects : objects.slice(0, end)
}

function parentOf({ name }: Misfit): string {
  return name.subarray(0, Math.max(0, name.lastIndexOf(0x2f))).toString('latin1')
}

function findingOf({ repository, directory }: Generation, { what, path }: Misfit): Finding {
  return { what, path: path === '' ? directory : `${directory}/${path}`, repository }
}
