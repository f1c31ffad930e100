import { readdir, readFile, readlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { MemoryLink } from '@repocast/repositories/testing'

/** All files and links of a small tree, by repository path. */
export type TreeContents = Map<string, Buffer | MemoryLink>

/** Reads a small tree into memory, where faults can be put into copies of it; with links as publishing makes them. */
export async function readContents(directory: string): Promise<TreeContents> {
  const contents: TreeContents = new Map()
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    const path = relative(directory, file)
    if (entry.isFile()) contents.set(path, await readFile(file))
    else if (entry.isSymbolicLink()) contents.set(path, { target: targetOf(file, directory, await readlink(file)) })
  }
  return contents
}

function targetOf(file: string, directory: string, target: string): string {
  return target.startsWith(`${directory}/`) ? relative(dirname(file), target) : target
}
