import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { onDisk } from '@repocast/files'

type Access = 'read' | 'write'

interface Slot {
  readonly handle: Promise<FileHandle>
  users: number
  /** Since the last `rest`. */
  wasUsed: boolean
  /** Forgotten: the last user closes it. */
  isStale: boolean
}

/**
 * Open files that are used again and again, never more than `limit` at once: what is unused for longest is closed
 * for what is wanted now, and when all are in use, who comes waits. A use must not use another file inside.
 */
export class OpenFiles {
  readonly #limit: number
  /** By access and path; the one used last is the last. */
  readonly #slots = new Map<string, Slot>()
  readonly #waiting: (() => void)[] = []
  #openCount = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * Calls `use` with the open file; it is opened for reading, or made when it is not there and for both.
   * @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED; system errors such as ENOENT
   */
  async use<T>(path: string, access: Access, use: (handle: FileHandle) => Promise<T>): Promise<T> {
    const slot = await this.#take(`${access} ${path}`, path, access)
    try {
      const handle = await slot.handle
      return await onDisk(access, path, async () => await use(handle))
    } finally {
      slot.users -= 1
      if (slot.users === 0 && slot.isStale) await this.#close(slot)
      else if (slot.users === 0) this.#waiting.shift()?.()
    }
  }

  /** Whether something is open of a path. */
  has(path: string): boolean {
    return this.#slots.has(`read ${path}`) || this.#slots.has(`write ${path}`)
  }

  /** Closes what is open of a path, now or as soon as its users are done; who comes later opens it anew. */
  async forget(path: string): Promise<void> {
    await Promise.all(['read', 'write'].map(async access => await this.#drop(`${access} ${path}`)))
  }

  /**
   * Closes what was not used since the last call. A file that was removed, by whichever process, takes its space as long
   * as it is open.
   */
  async rest(): Promise<void> {
    for (const [key, slot] of [...this.#slots]) {
      if (slot.users === 0 && !slot.wasUsed) await this.#drop(key)
      slot.wasUsed = false
    }
  }

  /** Closes all files as soon as their users are done. */
  async close(): Promise<void> {
    for (const key of [...this.#slots.keys()]) await this.#drop(key)
  }

  async #take(key: string, path: string, access: Access): Promise<Slot> {
    for (;;) {
      const slot = this.#slots.get(key) ?? (this.#openCount < this.#limit ? this.#open(key, path, access) : undefined)
      if (slot) {
        this.#slots.delete(key)
        this.#slots.set(key, slot)
        slot.users += 1
        slot.wasUsed = true
        return slot
      }
      await this.#makeRoom()
    }
  }

  /** Returns when a file was closed, or may be. */
  async #makeRoom(): Promise<void> {
    for (const [key, slot] of this.#slots) {
      if (slot.users > 0) continue
      await this.#drop(key)
      return
    }
    await new Promise<void>(resolve => this.#waiting.push(resolve))
  }

  #open(key: string, path: string, access: Access): Slot {
    const flags = access === 'read' ? constants.O_RDONLY : constants.O_RDWR | constants.O_CREAT
    this.#openCount += 1
    const handle = onDisk('open', path, async () => await open(path, flags, 0o644))
    const slot: Slot = { handle, users: 0, wasUsed: true, isStale: false }
    handle.catch(() => {
      slot.isStale = true
      if (this.#slots.get(key) === slot) this.#slots.delete(key)
    })
    return slot
  }

  async #drop(key: string): Promise<void> {
    const slot = this.#slots.get(key)
    if (!slot) return
    this.#slots.delete(key)
    slot.isStale = true
    if (slot.users === 0) await this.#close(slot)
  }

  async #close(slot: Slot): Promise<void> {
    try {
      const handle = await slot.handle.catch(() => undefined)
      await handle?.close()
    } finally {
      this.#openCount -= 1
      this.#waiting.shift()?.()
    }
  }
}
