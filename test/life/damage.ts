import {
  chmodSync,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../lab/index.ts'
import type { Manifest, ManifestEntry } from './manifest.ts'

/** What was done to a mirror and may be seen in what it serves, until it is healed. */
export class Damage {
  readonly #paths = new Set<string>()
  readonly #digests = new Set<string>()

  note(path: string, digest: string | undefined): void {
    this.#paths.add(path)
    if (digest !== undefined) this.#digests.add(digest)
  }

  get isOpen(): boolean {
    return this.#paths.size > 0
  }

  /** Everything is healed. */
  clear(): void {
    this.#paths.clear()
    this.#digests.clear()
  }

  /** Whether a difference from `snapshot` at a path comes from the damage. */
  explains(path: string, snapshot: Manifest): boolean {
    if (this.#isDamaged(path, snapshot.entries.get(path))) return true
    // a directory in which something is mended has another time for a moment
    const below = path === '' ? '' : `${path}/`
    for (const damaged of this.#paths) if (damaged.startsWith(below)) return true
    for (const [other, entry] of snapshot.entries) {
      if (other.startsWith(below) && this.#isDamaged(other, entry)) return true
    }
    return false
  }

  #isDamaged(path: string, entry: ManifestEntry | undefined): boolean {
    return this.#paths.has(path) || (entry?.digest !== undefined && this.#digests.has(entry.digest))
  }
}

/** What disks, programs and people do to a served file; each gets an absolute path of a file that is not empty. */
const deeds: Readonly<Record<string, (file: string) => void>> = {
  flip(file) {
    const { size, atime, mtime } = lstatSync(file)
    const fd = openSync(file, 'r+')
    const byte = Buffer.alloc(1)
    const offset = Math.floor(size / 2)
    readSync(fd, byte, 0, 1, offset)
    writeSync(fd, Buffer.from([(byte[0] ?? 0) ^ 8]), 0, 1, offset)
    closeSync(fd)
    utimesSync(file, atime, mtime) // as a disk does it
  },
  truncate: file => truncateSync(file, Math.floor(lstatSync(file).size / 2)),
  delete: file => rmSync(file),
  edit(file) {
    writeFileSync(`${file}.new`, 'edited on the mirror')
    renameSync(`${file}.new`, file)
  },
  open: file => chmodSync(file, 0o606),
}

/** Does each kind of damage to files that are served under a path, adds one, and removes an object. */
export async function damageMirror(
  { data, served }: { readonly data: string; readonly served: string },
  snapshots: readonly Manifest[],
  damage: Damage,
  random: Random,
): Promise<void> {
  const directory = realpathSync(served)
  const names = snapshots.at(-1)?.entries.keys() ?? []
  const files = random.shuffled([...names].filter(name => isOrdinary(directory, name)))
  for (const deed of Object.values(deeds)) {
    const name = files.pop()
    if (name === undefined) break
    // what is served may be one of the older ones
    for (const { entries } of snapshots) damage.note(name, entries.get(name)?.digest)
    deed(join(directory, name))
  }
  damage.note('local notes', undefined)
  writeFileSync(join(directory, 'local notes'), 'made on the mirror')
  removeAnObject(join(data, 'objects'), random)
}

function isOrdinary(directory: string, name: string): boolean {
  // Odd names are not needed here, and paths are strings.
  if (!/^[\w./+-]+$/.test(name)) return false
  const stats = lstatSync(join(directory, name), { throwIfNoEntry: false })
  return stats?.isFile() === true && stats.size > 1
}

/** Its name only: what is served has the same bytes still. */
function removeAnObject(objects: string, random: Random): void {
  for (const directory of random.shuffled(readdirSync(objects))) {
    const [name] = readdirSync(join(objects, directory))
    if (name === undefined || lstatSync(join(objects, directory, name)).size === 0) continue
    rmSync(join(objects, directory, name))
    return
  }
}
