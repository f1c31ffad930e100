import { isRepocastError } from '@repocast/errors'
import { diffTrees, type ObjectId, type RootTree, type TreeReader } from '@repocast/objects'
import type { Checkout } from '../generations/checkout.ts'
import { type CheckGenerationOptions, findMisfit, type Misfit } from './check-generation.ts'

/** Makes one entry what the snapshot says, if it still is not. @returns whether it was mended */
export async function mendEntry(
  checkout: Checkout,
  options: CheckGenerationOptions,
  { what, change, name }: Misfit,
): Promise<boolean> {
  if (what === 'unexpected') checkout.remove(name)
  if (change === undefined) {
    if (what === 'attributes') finish(checkout, options.root)
    return true
  }
  const now = await findMisfit(options, change)
  try {
    if (now === 'attributes') checkout.restoreAttributes(change)
    else if (now !== undefined) checkout.apply(change)
  } catch (error) {
    // the object is lost, and put here when it has come again
    if (isRepocastError(error, 'REPOCAST_OBJECT_MISSING')) return false
    throw error
  }
  return now !== undefined
}

/** Puts objects at all their places; `root` is the top directory, or only its id. */
export async function relinkObjects(
  checkout: Checkout,
  read: TreeReader,
  root: RootTree | ObjectId,
  ids: ReadonlySet<ObjectId>,
): Promise<void> {
  /** Directories whose times have changed by it. */
  const touched = new Set<string>()
  for await (const change of diffTrees(read, undefined, typeof root === 'string' ? root : root.id)) {
    const { path, after } = change
    if (after?.type === 'f' && ids.has(after.id)) {
      checkout.apply(change)
      touched.add(path.slice(0, Math.max(0, path.lastIndexOf('/'))))
    } else if (after?.type === 'd' && touched.has(path)) checkout.restoreAttributes(change)
  }
  if (touched.has('') && typeof root !== 'string') checkout.finish(root)
}

function finish(checkout: Checkout, { id, size, mode, mtime }: CheckGenerationOptions['root']): void {
  if (size !== undefined && mode !== undefined && mtime !== undefined) checkout.finish({ id, size, mode, mtime })
}
