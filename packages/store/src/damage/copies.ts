import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ObjectId } from '@repocast/objects'
import type { Layout } from '../layout.ts'

/** Finds the copies of objects that have other attributes; for objects in the order of their ids. */
export class Copies {
  readonly #layout: Layout
  #digits = ''
  #paths = new Map<string, string[]>()

  constructor(layout: Layout) {
    this.#layout = layout
  }

  /** Absolute paths. @throws system errors */
  of(id: ObjectId): readonly string[] {
    const digits = id.slice(0, 2)
    if (digits !== this.#digits) this.#read(digits)
    return this.#paths.get(id.slice(2)) ?? []
  }

  #read(digits: string): void {
    const directory = join(this.#layout.objects, digits)
    this.#digits = digits
    this.#paths = new Map()
    for (const name of readdirSync(directory)) {
      const [rest = '', , mtime] = name.split('.')
      // a name with more parts is of a copy that is being made
      if (!/^-?\d+$/.test(mtime ?? '') || name.split('.').length > 3) continue
      this.#paths.set(rest, [...(this.#paths.get(rest) ?? []), join(directory, name)])
    }
  }
}
