import { joinPath } from '@repocast/objects'

/** Where a Release file lies, and what its indices count from. */
export interface SuitePlace {
  /** Directory of Release and InRelease. */
  readonly directory: string
  /** Directory that the paths in Packages and Sources count from; a flat repository may mean one above it. */
  readonly base: string
  /** Whether it is a flat repository: one without `dists/`. */
  readonly isFlat: boolean
  readonly release: string | undefined
  readonly inRelease: string | undefined
  readonly signature: string | undefined
}

const releaseName = /^(?:(.+)\/)?(Release|InRelease|Release\.gpg)$/
const indexName = /^(?:(.+)\/)?(?:Packages|Sources)(?:\.(?:gz|xz|bz2|zst|lzma|lz4))?$/
/** In these a file named Release tells about one index only. */
const indexDirectory = /(^|\/)(binary-[^/]+|source)$/
/** Here aptly has links that are named as the files of a suite. */
const byHash = /(^|\/)by-hash\//

type FileNames = Set<string>

/** Finds the suites of a tree from the paths that a walk meets, in any order. */
export class SuiteFinder {
  readonly #releases = new Map<string, FileNames>()
  readonly #indices: string[] = []
  readonly #indexDirectories = new Set<string>()

  /** Takes the repository path of a file or a link in. */
  see(path: string): void {
    if (byHash.test(path)) return
    const [isRelease, directory = '', name = ''] = releaseName.exec(path) ?? []
    if (isRelease !== undefined && !indexDirectory.test(directory)) {
      const names = this.#releases.get(directory) ?? new Set()
      this.#releases.set(directory, names.add(name))
    }
    const [isIndex, indexIn = ''] = indexName.exec(path) ?? []
    if (isIndex === undefined) return
    this.#indices.push(path)
    this.#indexDirectories.add(indexIn)
  }

  /** The suites, in the order of their directories. */
  get suites(): SuitePlace[] {
    return [...this.#releases]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([directory, names]) => this.#place(directory, names))
      .filter(place => place !== undefined)
  }

  /** The indices by the directory of the suite that they lie in, by undefined where there is none. */
  get indices(): Map<string | undefined, string[]> {
    const suites = new Set(this.suites.map(({ directory }) => directory))
    const found = new Map<string | undefined, string[]>()
    for (const path of this.#indices.sort()) {
      const suite = above(path).findLast(directory => suites.has(directory))
      const paths = found.get(suite)
      if (paths === undefined) found.set(suite, [path])
      else paths.push(path)
    }
    return found
  }

  #place(directory: string, names: FileNames): SuitePlace | undefined {
    const base = baseOf(directory)
    // A file named Release in a directory of anything else is not ours.
    const isSuite =
      base !== undefined || names.size > 1 || names.has('InRelease') || this.#indexDirectories.has(directory)
    if (!isSuite) return undefined
    const path = (name: string): string | undefined => (names.has(name) ? joinPath(directory, name) : undefined)
    return {
      directory,
      base: base ?? directory,
      isFlat: base === undefined,
      release: path('Release'),
      inRelease: path('InRelease'),
      signature: path('Release.gpg'),
    }
  }
}

/** What lies above `dists/`, undefined for a flat repository. */
export function baseOf(directory: string): string | undefined {
  const [found, base = ''] = /^(?:(.+)\/)?dists\/./.exec(directory) ?? []
  return found === undefined ? undefined : base
}

/** The directories that `path` lies in, `''` for the top among them. */
function above(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return ['', ...parts.map((_, k) => parts.slice(0, k + 1).join('/'))]
}
