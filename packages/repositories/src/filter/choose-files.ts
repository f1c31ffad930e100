import { directoryOf } from '@repocast/objects'
import { Choice } from './choice.ts'
import type { ChooseOptions } from './choose-options.ts'
import { DebChoice } from './deb.ts'
import { type Filter, type LeftOutReason, looksIntoMetadata } from './filter.ts'
import { Patterns } from './patterns.ts'
import { isMetadataOf, YumChoice } from './yum.ts'

/** Which files of a tree a filter leaves out. */
export interface ChosenFiles {
  /** Why the file or link at `path` is left out; undefined when it is in. */
  readonly whyLeftOut: (path: string) => LeftOutReason | undefined
  /**
   * What that depends on besides the path and the filter: of two trees with the same one, the same paths are left out.
   * Undefined when it is what metadata says.
   */
  readonly basis: string | undefined
}

/** Files by which clients know what there is to be had. */
const packageFile = /\.(?:rpm|drpm|u?deb|ddeb|dsc)$|(?:^|\/)pool\//

/**
 * Applies a filter to a tree. Depends on nothing but the tree, the content of its metadata, and the filter.
 *
 * Metadata is signed and stays as it is: so it may name packages that are left out. Indices of what is left out as a
 * whole, such as an architecture of a suite, are left out with it. Metadata of a repository stays where any
 * of its packages does, whatever `include` says.
 * @throws what the tree and `willRead` throw; the reason of the signal
 */
export async function chooseFiles(options: ChooseOptions): Promise<ChosenFiles> {
  const paths = new PathChoice(options.filter)
  const whyNotPath = (path: string): LeftOutReason | undefined => paths.whyNot(path)
  const isByPath = !looksIntoMetadata(options.filter)
  // A tree may hold repositories of both kinds; one that is published as plain has none.
  if (options.kind === 'plain' || (isByPath && paths.takesAll)) return { whyLeftOut: whyNotPath, basis: '' }
  const choice = new Choice()
  const deb = new DebChoice(options, choice)
  const yum = new YumChoice(options, choice)
  const needed = neededMetadata(options, paths, deb, yum)
  await deb.read(whyNotPath)
  await yum.read(whyNotPath)
  return {
    whyLeftOut(path) {
      const why = paths.isExcluded(path) || !(paths.isIncluded(path) || needed.has(path)) ? 'path' : undefined
      if (why !== undefined) return why
      const chosen = choice.of(path)
      return chosen === 'kept' ? undefined : (chosen ?? deb.whyNot(path) ?? yum.whyNot(path))
    },
    basis: isByPath ? needed.basis : undefined,
  }
}

/** What patterns say of paths. */
class PathChoice {
  readonly #include: Patterns
  readonly #exclude: Patterns

  constructor({ include, exclude }: Filter) {
    this.#include = new Patterns(include)
    this.#exclude = new Patterns(exclude)
  }

  isExcluded(path: string): boolean {
    return this.#exclude.match(path)
  }

  isIncluded(path: string): boolean {
    return this.#include.isEmpty || this.#include.match(path)
  }

  get takesAll(): boolean {
    return this.#include.isEmpty
  }

  whyNot(path: string): LeftOutReason | undefined {
    return this.isExcluded(path) || !this.isIncluded(path) ? 'path' : undefined
  }
}

/** Metadata of repositories of which patterns take a package. */
interface NeededMetadata {
  readonly has: (path: string) => boolean
  /** Which repositories those are. */
  readonly basis: string
}

function neededMetadata({ tree }: ChooseOptions, paths: PathChoice, deb: DebChoice, yum: YumChoice): NeededMetadata {
  if (paths.takesAll) return { has: () => false, basis: '' }
  const withPackages = new Set<string>()
  for (const { path, type } of tree.walk('')) {
    if (type === 'd' || !packageFile.test(path) || paths.whyNot(path) !== undefined) continue
    for (let above = directoryOf(path); !withPackages.has(above); above = directoryOf(above)) withPackages.add(above)
  }
  const repositories = [...yum.repositories].filter(directory => withPackages.has(directory))
  const suites = deb.suites.filter(({ base }) => withPackages.has(base))
  return {
    has: path =>
      repositories.some(directory => isMetadataOf(directory, path)) ||
      suites.some(({ directory, isFlat }) =>
        isFlat ? directoryOf(path) === directory && !packageFile.test(path) : path.startsWith(`${directory}/`),
      ),
    basis: JSON.stringify([repositories, suites.map(({ directory, isFlat }) => [directory, isFlat])]),
  }
}
