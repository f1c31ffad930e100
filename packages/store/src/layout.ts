import { join } from 'node:path'
import type { InfoHash, ObjectId, RepositoryName } from '@repocast/objects'

/** Where things lie in a data directory. Nobody else joins these paths. Pure. */
export class Layout {
  readonly directory: string

  constructor(directory: string) {
    this.directory = directory
  }

  get catalog(): string {
    return join(this.directory, 'catalog.sqlite')
  }

  /** Complete objects. */
  get objects(): string {
    return join(this.directory, 'objects')
  }

  /** Objects of which some bytes are there: sparse files that also are the parts of pieces. */
  get partial(): string {
    return join(this.directory, 'partial')
  }

  /** Files on the way into the store; nothing in it means anything after a crash. */
  get incoming(): string {
    return join(this.directory, 'incoming')
  }

  get torrents(): string {
    return join(this.directory, 'torrents')
  }

  /** Snapshot records, from which the catalog can be rebuilt. */
  get records(): string {
    return join(this.directory, 'snapshots')
  }

  get generations(): string {
    return join(this.directory, 'generations')
  }

  /** There while the catalog is being rebuilt from the files. */
  get rebuilding(): string {
    return join(this.directory, 'catalog.rebuilding')
  }

  object(id: ObjectId): string {
    return join(this.objects, id.slice(0, 2), id.slice(2))
  }

  /** A copy of the object whose inode has these attributes, for links that the object's own inode cannot serve. */
  variant(id: ObjectId, mode: number, mtime: number): string {
    return `${this.object(id)}.${mode.toString(8)}.${mtime}`
  }

  /** A place in `incoming` for a variant that is being made. */
  newVariant(random: string): string {
    return join(this.incoming, `${Layout.newVariantPrefix}${random}`)
  }

  static readonly newVariantPrefix = 'variant-'

  partialObject(id: ObjectId): string {
    return join(this.partial, id.slice(0, 2), id.slice(2))
  }

  torrent(infoHash: InfoHash): string {
    return join(this.torrents, `${infoHash}.torrent`)
  }

  record(repository: RepositoryName, serial: number): string {
    return join(this.records, repository, `${serial}.json`)
  }

  /** All generations of a repository. */
  generationsOf(repository: RepositoryName): string {
    return join(this.generations, repository)
  }

  generation(repository: RepositoryName, number: number): string {
    return join(this.generationsOf(repository), `g${number}`)
  }

  /** The number in the name of a generation's directory, undefined for any other name. */
  static generationNumber(name: string): number | undefined {
    const digits = /^g([1-9]\d{0,8})$/.exec(name)?.[1]
    return digits === undefined ? undefined : Number(digits)
  }

  /** The 256 first two digits of ids: the directories of `objects` and `partial`. */
  static readonly fanOut: readonly string[] = Array.from({ length: 256 }, (_, k) => k.toString(16).padStart(2, '0'))
}
