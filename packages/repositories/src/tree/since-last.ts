import { fingerprint } from '../check/fingerprint.ts'
import type { LastSnapshot } from '../check/last-snapshot.ts'
import { isMetadata } from '../kind/detect.ts'
import type { TreeCode } from './rules.ts'
import type { Survey } from './survey.ts'

/** Examples of files that are gone. */
const maxExamples = 3

type Report = (code: TreeCode, path: string, message: string) => void

/** Holds what an update changes against the rules; `shrinkShare` of the package files may go (0 to 1). */
export async function checkUpdate(
  last: LastSnapshot,
  survey: Survey,
  shrinkShare: number,
  report: Report,
  signal?: AbortSignal,
): Promise<void> {
  if (last.kind !== 'plain' && !survey.kinds.includes(last.kind))
    report('TREE_KIND_CHANGED', '', `the last snapshot had metadata of ${last.kind}, now there is none`)
  const removals = new Removals()
  for await (const { path, what } of last.changes(signal)) {
    if (isMetadata(path)) continue
    if (what === 'added') removals.add(path)
    else if (what === 'removed') removals.remove(path)
    else if (packageName.test(path))
      report('TREE_PACKAGE_REPLACED', path, 'its bytes are others than in the last snapshot')
  }
  const before = survey.packageFiles - removals.addedFiles + removals.removedFiles
  const { lost, examples } = removals
  if (lost > shrinkShare * before)
    report(
      'TREE_SHRUNK',
      '',
      `${lost} of the ${before} files of the last snapshot are gone, more than ${percent(shrinkShare)}, such as ${examples.join(', ')}`,
    )
}

/** For a tree without a file, whatever it was before. */
export async function checkNotEmptied(last: LastSnapshot, report: Report, signal?: AbortSignal): Promise<void> {
  for await (const { path, what } of last.changes(signal)) {
    if (what !== 'removed') continue
    report('TREE_SHRUNK', '', `all files of the last snapshot are gone, such as ${JSON.stringify(path)}`)
    return
  }
}

const packageName = /\.(rpm|u?deb|ddeb|dsc)$|\.tar\.[a-z0-9]+$/

/** The files that an update removes and adds, by what the files of all versions of a package have in common. */
class Removals {
  addedFiles = 0
  removedFiles = 0
  readonly #added = new Set<number>()
  readonly #removed = new Map<number, { count: number; readonly example: string }>()

  add(path: string): void {
    this.addedFiles += 1
    this.#added.add(fingerprint(withoutVersion(path)))
  }

  remove(path: string): void {
    this.removedFiles += 1
    const key = fingerprint(withoutVersion(path))
    const known = this.#removed.get(key)
    if (known) known.count += 1
    else this.#removed.set(key, { count: 1, example: path })
  }

  /** Removed files of which no other version was added. */
  get lost(): number {
    let sum = 0
    for (const { count } of this.#gone()) sum += count
    return sum
  }

  get examples(): string[] {
    const found: string[] = []
    for (const { example } of this.#gone()) {
      found.push(JSON.stringify(example))
      if (found.length === maxExamples) break
    }
    return found
  }

  *#gone(): Generator<{ readonly count: number; readonly example: string }> {
    for (const [key, gone] of this.#removed) if (!this.#added.has(key)) yield gone
  }
}

/** `pool/f/foo_1.2-3_amd64.deb` and `Packages/foo-1.2-3.x86_64.rpm` up to the version: `pool/f/foo`, `Packages/foo`. */
export function withoutVersion(path: string): string {
  const from = path.lastIndexOf('/') + 1
  const at = path.slice(from).search(/[-_]v?\d/)
  return at > 0 ? path.slice(0, from + at) : path
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}
