import { createHash } from 'node:crypto'
import { compareNames, joinPath } from '@repocast/objects'
import type { Algorithm } from '../metadata/digests.ts'
import type { TreeNode, TreeReader, WalkedNode } from './tree-reader.ts'

/** A link of a tree in memory. */
export interface MemoryLink {
  readonly target: string
}

/** A tree in memory: contents or links by path. Directories are those that the paths name. */
export class MemoryTree implements TreeReader {
  readonly #files: ReadonlyMap<string, Uint8Array | MemoryLink>

  constructor(files: ReadonlyMap<string, Uint8Array | MemoryLink>) {
    this.#files = files
  }

  find(path: string): TreeNode | undefined {
    const real = this.#resolve(path)
    if (real === undefined) return undefined
    const content = this.#files.get(real)
    if (content instanceof Uint8Array) return { type: 'f', sizeBytes: content.length }
    return this.#isDirectory(real) ? { type: 'd', sizeBytes: 0 } : undefined
  }

  *walk(directory: string): Iterable<WalkedNode> {
    const above = directory === '' ? '' : `${directory}/`
    const names = new Map<string, WalkedNode>()
    for (const [path, content] of this.#files) {
      if (!path.startsWith(above)) continue
      const [name = '', ...below] = path.slice(above.length).split('/')
      const type = below.length > 0 ? 'd' : content instanceof Uint8Array ? 'f' : 'l'
      names.set(name, { path: joinPath(directory, name), type })
    }
    for (const [, node] of [...names].sort(([a], [b]) => compareNames(a, b))) {
      yield node
      if (node.type === 'd') yield* this.walk(node.path)
    }
  }

  async *read(path: string): AsyncIterable<Uint8Array> {
    yield this.#content(path)
  }

  async digest(path: string, algorithm: Algorithm): Promise<string> {
    return createHash(algorithm).update(this.#content(path)).digest('hex')
  }

  #content(path: string): Uint8Array {
    const content = this.#files.get(this.#resolve(path) ?? path)
    if (content instanceof Uint8Array) return content
    throw new Error(`no file ${path}`)
  }

  #isDirectory(path: string): boolean {
    return path === '' || [...this.#files.keys()].some(file => file.startsWith(`${path}/`))
  }

  /** `path` with all links followed. */
  #resolve(path: string, links = 0): string | undefined {
    const parts = path === '' ? [] : path.split('/')
    for (const [k] of parts.entries()) {
      const at = this.#files.get(parts.slice(0, k + 1).join('/'))
      if (at === undefined || at instanceof Uint8Array) continue
      const target = at.target.startsWith('/') || links === 40 ? undefined : climb(parts.slice(0, k), at.target)
      return target === undefined ? undefined : this.#resolve([...target, ...parts.slice(k + 1)].join('/'), links + 1)
    }
    return path
  }
}

/** Where `target` leads from a directory; undefined when it leads out of the tree. */
function climb(directory: readonly string[], target: string): string[] | undefined {
  const at = [...directory]
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') at.push(part)
    else if (at.pop() === undefined) return undefined
  }
  return at
}
