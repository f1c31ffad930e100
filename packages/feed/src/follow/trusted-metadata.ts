import { randomBytes } from 'node:crypto'
import { cp, mkdir, readdir, readlink, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { systemErrorCode } from '@repocast/errors'
import { isThere, onDisk, replaceLink } from '@repocast/files'

/**
 * The metadata that is trusted: one directory that the link `current` points to. Work is done in a scratch directory,
 * which takes its place as a whole.
 */
export class TrustedMetadata {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** @returns a new directory with a copy of what is trusted, and whether there is nothing yet */
  async makeScratch(): Promise<{ readonly scratch: string; readonly isEmpty: boolean }> {
    const scratch = join(this.#directory, `metadata-${randomBytes(6).toString('hex')}`)
    await onDisk('make', scratch, async () => await mkdir(scratch, { recursive: true }))
    const current = await this.#currentName()
    // What a full disk or a careless hand has left without its files is as nothing; the floors stay.
    const isEmpty = current === undefined || !isThere(join(this.#directory, current))
    if (!isEmpty) await cp(join(this.#directory, current), scratch, { recursive: true })
    return { scratch, isEmpty }
  }

  /** What is in a scratch directory is trusted from now on; in one step, and durable when this returns. */
  async trust(scratch: string): Promise<void> {
    await replaceLink(basename(scratch), this.#currentPath)
  }

  /** Removes all scratch directories but the one that is trusted. */
  async removeScratches(): Promise<void> {
    const current = await this.#currentName()
    for (const name of await readdir(this.#directory)) {
      if (name.startsWith('metadata-') && name !== current) {
        await rm(join(this.#directory, name), { recursive: true, force: true })
      }
    }
  }

  get #currentPath(): string {
    return join(this.#directory, 'current')
  }

  async #currentName(): Promise<string | undefined> {
    try {
      return await readlink(this.#currentPath)
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }
}
