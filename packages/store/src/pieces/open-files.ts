import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { onDisk } from '@repocast/files'

interface Slot {
  readonly handle: Promise<FileHandle>
  users: number
  stale: boolean
}

/**
 * Open files that are used again and again: at most `limit` stay open while nobody uses them. Paths are keys.
 */
export class OpenFiles {
  readonly #limit: number
  readonly #slots = new Map<string, Slot>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Calls `use` with the open file; it is opened for reading, or made when it is not there and for both. */
  async use<T>(path: string, access: 'read' | 'write', use: (handle: FileHandle) => Promise<T>): Promise<T> {
    const key = `${access} ${path}`
    const slot = this.#slots.get(key) ?? this.#open(key, path, access)
    // Behind all others in the order of insertion: the first one is always the one unused for longest.
    this.#slots.delete(key)
    this.#slots.set(key, slot)
    slot.users += 1
    try {
      const handle = await slot.handle
      return await onDisk(access, path, async () => await use(handle))
    } finally {
      slot.users -= 1
      if (slot.stale && slot.users === 0) await this.#close(slot)
      await this.#shrink()
    }
  }

  /** Closes what is open of a path, now or as soon as its users are done. */
  async forget(path: string): Promise<void> {
    for (const access of ['read', 'write']) {
      const key = `${access} ${path}`
      const slot = this.#slots.get(key)
      if (!slot) continue
      this.#slots.delete(key)
      slot.stale = true
      if (slot.users === 0) await this.#close(slot)
    }
  }

  async close(): Promise<void> {
    const slots = [...this.#slots.values()]
    this.#slots.clear()
    for (const slot of slots) {
      slot.stale = true
      if (slot.users === 0) await this.#close(slot)
    }
  }

  #open(key: string, path: string, access: 'read' | 'write'): Slot {
    const flags = access === 'read' ? constants.O_RDONLY : constants.O_RDWR | constants.O_CREAT
    const handle = onDisk('open', path, async () => await open(path, flags, 0o644))
    const slot: Slot = { handle, users: 0, stale: false }
    handle.catch(() => {
      if (this.#slots.get(key) === slot) this.#slots.delete(key)
    })
    return slot
  }

  async #shrink(): Promise<void> {
    if (this.#slots.size <= this.#limit) return
    for (const [key, slot] of this.#slots) {
      if (slot.users > 0) continue
      this.#slots.delete(key)
      await this.#close(slot)
      if (this.#slots.size <= this.#limit) return
    }
  }

  async #close(slot: Slot): Promise<void> {
    const handle = await slot.handle.catch(() => undefined)
    await handle?.close()
  }
}
