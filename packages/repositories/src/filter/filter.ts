/** What a mirror has of a repository. Where a list is undefined, all are meant. */
export interface Filter {
  /** Patterns of paths; a file that none matches is left out. Empty: all are in. */
  readonly include: readonly string[]
  /** Patterns of paths; a file that one matches is left out. */
  readonly exclude: readonly string[]
  /** Names of directories below `dists/`, or patterns of them. */
  readonly suites?: readonly string[] | undefined
  readonly components?: readonly string[] | undefined
  /** Packages for all architectures (`all`, `noarch`) are always in. */
  readonly architectures?: readonly string[] | undefined
  readonly sources: boolean
  readonly debug: boolean
  /** So many versions of each package. */
  readonly newest?: number | undefined
}

/**
 * Why a file is left out: a pattern; its suite, component or architecture; it is a source or debug package, or not
 * one of the newest versions; no metadata that is in names it; it is a link to what is left out.
 */
export type LeftOutReason =
  | 'path'
  | 'suite'
  | 'component'
  | 'architecture'
  | 'source'
  | 'debug'
  | 'old'
  | 'unnamed'
  | 'link'

/** Whether metadata has to be read to tell what is in. */
export function looksIntoMetadata(filter: Filter): boolean {
  const { suites, components, architectures, sources, debug, newest } = filter
  return [suites, components, architectures, newest].some(one => one !== undefined) || !sources || !debug
}

/** Architectures of packages that every machine can use. */
const forAll: ReadonlySet<string> = new Set(['all', 'noarch', 'any'])
const sourceArchitectures: ReadonlySet<string> = new Set(['source', 'src', 'nosrc'])

/** Why a package of an architecture is left out, source packages among them. */
export function whyNotArchitecture(
  { architectures, sources }: Filter,
  architecture: string,
): 'architecture' | 'source' | undefined {
  if (sourceArchitectures.has(architecture)) return sources ? undefined : 'source'
  if (architectures === undefined || forAll.has(architecture)) return undefined
  return architectures.includes(architecture) ? undefined : 'architecture'
}

/** Whether an architecture tells on which machines a package can be used. */
export function isOfOneArchitecture(architecture: string): boolean {
  return !forAll.has(architecture)
}
