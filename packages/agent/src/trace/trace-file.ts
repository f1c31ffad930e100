import { join } from 'node:path'
import type { Logger } from '@repocast/errors'
import { lookAt } from '@repocast/files'
import type { SnapshotRecord } from '@repocast/objects'
import type { Generation, Generations } from '@repocast/store'
import { architecturesIn, archiveSerialIn } from './read-tree.ts'
import { traceText } from './trace-text.ts'

/** Which snapshots get a trace file: `auto` those of Debian archives that have `project/trace`. */
export type TraceChoice = boolean | 'auto'

export interface TraceSettings {
  readonly choice: TraceChoice
  /** Name of the file, and of this mirror in it. */
  readonly host: string
  readonly fields: Readonly<Record<string, string>>
}

export const noTrace: TraceSettings = { choice: false, host: '', fields: {} }

export interface TraceFileOptions {
  readonly settings: TraceSettings
  readonly generations: Generations
  /** Version of this program. */
  readonly program: string
  readonly upstream: string
  readonly logger: Logger
}

const directory = 'project/trace'

/**
 * The trace file by which Debian mirrors tell what they serve since when. It comes with the swap, in the generation that is
 * to be served, and is no part of the snapshot.
 */
export class TraceFile {
  readonly #with: TraceFileOptions

  constructor(options: TraceFileOptions) {
    this.#with = options
  }

  /**
   * Gives a generation its trace file, and none else.
   * @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
   */
  async write(record: SnapshotRecord, generation: Generation, started: Date, date: Date): Promise<void> {
    const { settings, generations, program, upstream, logger } = this.#with
    const { host, fields } = settings
    const path = `${directory}/${host}`
    const isWanted = this.#isWanted(record, generation)
    const others = generations.added.files(generation).filter(other => other !== path || !isWanted)
    if (others.length > 0) await generations.removeAdded(generation)
    if (!isWanted) return
    const [architectures, archiveSerial] = [
      await architecturesIn(generation.directory),
      await archiveSerialIn(generation.directory),
    ]
    const { repository, serial } = record
    const text = traceText({ date, started, program, host, upstream, serial, architectures, archiveSerial, fields })
    const isWritten = await generations.addFile(generation, path, text)
    if (!isWritten)
      logger.warn({ repository, path }, 'there is no trace file: the snapshot has its place; set trace-host')
  }

  /** As `write`, unless what is served has its trace file, for settings that were changed. @throws as `write` */
  async ensure(record: SnapshotRecord, generation: Generation, date: Date): Promise<void> {
    const files = this.#with.generations.added.files(generation)
    const wanted = this.#isWanted(record, generation) ? [`${directory}/${this.#with.settings.host}`] : []
    if (files.join('\n') !== wanted.join('\n')) await this.write(record, generation, date, date)
  }

  #isWanted({ kind }: SnapshotRecord, generation: Generation): boolean {
    const { choice } = this.#with.settings
    if (choice !== 'auto') return choice
    return kind === 'deb' && lookAt(join(generation.directory, directory))?.isDirectory() === true
  }
}
