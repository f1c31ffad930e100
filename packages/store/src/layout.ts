import { join } from 'node:path'
import type { InfoHash, ObjectId, RepositoryName } from '@repocast/objects'

/** Where things lie in a data directory. Nobody else joins these paths. Pure. */
export class Layout {
  readonly directory: string
  readonly catalog: string
  /** Complete objects. */
  readonly objects: string
  /** Objects of which some bytes are there: sparse files that also are the parts of pieces. */
  readonly partial: string
  /** Files on the way into the store; nothing in it means anything after a crash. */
  readonly incoming: string
  readonly torrents: string
  readonly generations: string

  constructor(directory: string) {
    this.directory = directory
    this.catalog = join(directory, 'catalog.sqlite')
    this.objects = join(directory, 'objects')
    this.partial = join(directory, 'partial')
    this.incoming = join(directory, 'incoming')
    this.torrents = join(directory, 'torrents')
    this.generations = join(directory, 'generations')
  }

  object(id: ObjectId): string {
    return `${this.objects}/${id.slice(0, 2)}/${id.slice(2)}`
  }

  /** A copy of the object whose inode has these attributes, for links that the object's own inode cannot serve. */
  variant(id: ObjectId, mode: number, mtime: number): string {
    return `${this.object(id)}.${mode.toString(8)}.${mtime}`
  }

  partialObject(id: ObjectId): string {
    return `${this.partial}/${id.slice(0, 2)}/${id.slice(2)}`
  }

  torrent(infoHash: InfoHash): string {
    return join(this.torrents, `${infoHash}.torrent`)
  }

  /** All generations of a repository. */
  generationsOf(repository: RepositoryName): string {
    return join(this.generations, repository)
  }

  generation(repository: RepositoryName, number: number): string {
    return join(this.generationsOf(repository), `g${number}`)
  }

  /** Where a generation lies while it is being removed; it may be found there after a crash. */
  removedGeneration(repository: RepositoryName, number: number): string {
    return `${this.generation(repository, number)}.removed`
  }

  /** The 256 first two digits of ids: the directories of `objects` and `partial`. */
  static readonly fanOut: readonly string[] = Array.from({ length: 256 }, (_, k) => k.toString(16).padStart(2, '0'))
}
