import type { Database } from '@repocast/database'

/** How far the scrub is. Times in milliseconds since 1970. */
export interface ScrubState {
  /** When the round under way began; null: none is. */
  readonly started: number | null
  /** Id of the last object that was checked in it, 32 bytes; empty before the first. */
  readonly position: Buffer
  /** Objects and bytes that were checked in it. */
  readonly objects: number
  readonly bytes: number
  /** When the last round ended; null: there was none. */
  readonly finished: number | null
  /** Damages found and healed in all rounds. */
  readonly found: number
  readonly healed: number
  /** When an admin asked for a round that has not ended yet; null: nobody did. */
  readonly ordered: number | null
}

/** Remembers in the catalog how far the scrub is, so that a restart goes on there. */
export class ScrubLog {
  readonly #statements

  constructor(catalog: Database) {
    this.#statements = {
      get: catalog.prepare<[], ScrubState>('SELECT * FROM scrub'),
      begin: catalog.prepare<[number]>("UPDATE scrub SET started = ?, position = x'', objects = 0, bytes = 0"),
      pass: catalog.prepare<[Buffer, number, number]>(
        'UPDATE scrub SET position = ?, objects = objects + ?, bytes = bytes + ?',
      ),
      finish: catalog.prepare<[number]>(
        `UPDATE scrub SET started = NULL, position = x'', finished = ?,
           ordered = CASE WHEN started >= ordered THEN NULL ELSE ordered END`,
      ),
      order: catalog.prepare<[number]>('UPDATE scrub SET ordered = ?'),
      count: catalog.prepare<[number, number]>('UPDATE scrub SET found = found + ?, healed = healed + ?'),
    }
  }

  get(): ScrubState {
    const state = this.#statements.get.get()
    if (state === undefined) throw new Error('the catalog has lost the row of its scrub')
    return state
  }

  /** Begins a round. */
  begin(now: number): void {
    this.#statements.begin.run(now)
  }

  /** Says that objects up to `position` were checked. */
  pass(position: Buffer, objects: number, bytes: number): void {
    this.#statements.pass.run(position, objects, bytes)
  }

  /** Ends the round, or says that there is nothing to check yet. */
  finish(now: number): void {
    this.#statements.finish.run(now)
  }

  /** Asks for a round of all objects from now on, whoever runs it. */
  order(now: number): void {
    this.#statements.order.run(now)
  }

  count({ found = 0, healed = 0 }: { readonly found?: number; readonly healed?: number }): void {
    this.#statements.count.run(found, healed)
  }
}
