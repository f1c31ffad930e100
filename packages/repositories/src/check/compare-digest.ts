import type { Algorithm } from '../metadata/digests.ts'
import type { CheckContext } from './context.ts'

/**
 * The digest of the file at `path` where it is another than `wanted`, else undefined. A quick check knows SHA-256 only,
 * and believes the others. @throws what the tree throws, and the reason of the signal
 */
export async function otherDigest(
  { tree, isQuick, signal }: CheckContext,
  path: string,
  wanted: { readonly algorithm: Algorithm; readonly digest: string },
): Promise<string | undefined> {
  if (isQuick && wanted.algorithm !== 'sha256') return undefined
  const found = await tree.digest(path, wanted.algorithm, signal)
  return found === wanted.digest ? undefined : found
}
