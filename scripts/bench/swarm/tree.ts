import { randomFillSync } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Files of `bytes` in all, sizes spread as those of packages are: most are small, most bytes are in large ones. */
export function fileSizes(files: number, bytes: number): number[] {
  const weights = Array.from({ length: files }, (_, k) => 1.5 ** ((k * 7) % 12))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map(weight => Math.max(1, Math.round((bytes * weight) / sum)))
}

/** Path of file `k` in the tree. */
export const pathOf = (k: number): string => `pool/${String(k % 97).padStart(2, '0')}/package-${k}.rpm`

/** Writes files `numbers` of the tree with new random content. @returns their bytes */
export async function writeFiles(root: string, sizes: readonly number[], numbers: Iterable<number>): Promise<number> {
  let bytes = 0
  for (const k of numbers) {
    const path = join(root, pathOf(k))
    await mkdir(dirname(path), { recursive: true })
    const content = randomFillSync(Buffer.allocUnsafe(sizes[k] ?? 1))
    await writeFile(path, content)
    bytes += content.length
  }
  return bytes
}

/** Numbers of files, spread over the tree, that hold about `share` of its bytes. */
export function someFiles(sizes: readonly number[], share: number): number[] {
  const wanted = share * sizes.reduce((sum, size) => sum + size, 0)
  const chosen: number[] = []
  let bytes = 0
  for (let k = 5; bytes < wanted && k < sizes.length; k += 29) {
    chosen.push(k)
    bytes += sizes[k] ?? 0
  }
  return chosen
}
