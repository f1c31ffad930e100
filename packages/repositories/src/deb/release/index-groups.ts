import type { ListedFile } from '../control/listed-file.ts'

/** What an index is for. */
export type IndexKind = 'packages' | 'sources' | 'pdiff' | 'installer' | 'other'

/** The forms of one index that a Release names: plain and compressed. */
export interface IndexGroup {
  /** Path of the plain form, relative to the suite. */
  readonly stem: string
  readonly kind: IndexKind
  /** The component that it lies in, `''` when it lies above all. */
  readonly component: string
  /** The architecture of its directory (`source` for Sources), undefined where that says none. */
  readonly architecture: string | undefined
  /** By the ending of the file: `''` is the plain form. */
  readonly forms: ReadonlyMap<string, ListedFile>
}

const compressed = /^(.+)\.(gz|xz|bz2|zst|lzma|lz4)$/

/** The files of a Release, those together that hold the same index. */
export function groupIndices(files: Iterable<ListedFile>): IndexGroup[] {
  const groups = new Map<string, Map<string, ListedFile>>()
  for (const file of files) {
    const [, stem = file.path, ending] = compressed.exec(file.path) ?? []
    const forms = groups.get(stem) ?? new Map<string, ListedFile>()
    groups.set(stem, forms.set(ending === undefined ? '' : `.${ending}`, file))
  }
  return [...groups].map(([stem, forms]) => ({
    stem,
    kind: kindOf(stem),
    component: componentOf(stem),
    architecture: architectureOf(stem),
    forms,
  }))
}

function kindOf(stem: string): IndexKind {
  if (/(^|\/)Packages$/.test(stem)) return 'packages'
  if (/(^|\/)Sources$/.test(stem)) return 'sources'
  if (/\.diff\/Index$/.test(stem)) return 'pdiff'
  if (/(^|\/)SHA256SUMS$/.test(stem)) return 'installer'
  return 'other'
}

/** `main/binary-amd64/Packages`, and `non-free/debian-installer/binary-amd64/Packages` of the installer. */
function componentOf(stem: string): string {
  return /^(.+?)\/(?:debian-installer\/)?(?:binary-[^/]+|source)\//.exec(stem)?.[1] ?? ''
}

function architectureOf(stem: string): string | undefined {
  const [, binary, source] = /(?:^|\/)(?:binary-([^/]+)|(source))\/[^/]+$/.exec(stem) ?? []
  return binary ?? source
}
