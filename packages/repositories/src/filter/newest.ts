/** Keeps in mind the newest versions of each package, with fingerprints of their files. */
export class Newest<V> {
  readonly #count: number
  readonly #compare: (a: V, b: V) => number
  /** Newest first, by package. */
  readonly #packages = new Map<string, { readonly version: V; readonly files: number[] }[]>()

  constructor(count: number, compare: (a: V, b: V) => number) {
    this.#count = count
    this.#compare = compare
  }

  /** Takes a version of a package in; one that is known may have more files. */
  add(name: string, version: V, files: readonly number[]): void {
    const versions = this.#packages.get(name) ?? []
    this.#packages.set(name, versions)
    let at = 0
    for (const known of versions) {
      const order = this.#compare(version, known.version)
      if (order === 0) {
        known.files.push(...files)
        return
      }
      if (order > 0) break
      at += 1
    }
    if (at >= this.#count) return
    versions.splice(at, 0, { version, files: [...files] })
    if (versions.length > this.#count) versions.pop()
  }

  /** Of all the versions that are new enough; a file that several share comes several times. */
  *files(): Generator<number> {
    for (const versions of this.#packages.values()) for (const { files } of versions) yield* files
  }
}
