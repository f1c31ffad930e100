import { directoryOf } from '@repocast/objects'
import { otherDigest } from '../../check/compare-digest.ts'
import { Malformed, quote } from '../../metadata/malformed.ts'
import { repomdOf } from '../find/finder.ts'
import { placeOf } from '../location/location.ts'
import { isRepomd, readTreeInfo, type TreeInfo, type Variant } from '../treeinfo/treeinfo.ts'
import type { Scope } from './scope.ts'

/** Checks what the .treeinfo at `path` names. */
export async function checkTreeInfo(scope: Scope, path: string): Promise<void> {
  const info = await read(scope, path)
  if (info === undefined) return
  const directory = directoryOf(path)
  for (const image of info.images) await checkFile(scope, path, directory, image, info)
  for (const file of info.checksums.keys()) if (isRepomd(file)) await checkFile(scope, path, directory, file, info)
  for (const variant of info.variants) checkVariant(scope, path, directory, variant)
}

async function read(scope: Scope, path: string): Promise<TreeInfo | undefined> {
  try {
    return await readTreeInfo(scope.context.tree.read(path, scope.context.signal))
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    const where = error.line === undefined ? '' : ` (line ${error.line})`
    scope.report('YUM_TREEINFO_MALFORMED', path, `${error.message}${where}`)
    return undefined
  }
}

async function checkFile(
  scope: Scope,
  treeInfo: string,
  directory: string,
  href: string,
  info: TreeInfo,
): Promise<void> {
  const { tree } = scope.context
  const isMetadata = isRepomd(href)
  const place = placeOf(directory, { href, base: undefined })
  if (place.kind !== 'inside') {
    // Metadata of variants in trees that are not carried is told with the variants.
    if (!isMetadata) scope.report('YUM_LOCATION_OUTSIDE', treeInfo, `it names ${quote(href)}, which is not in the tree`)
    return
  }
  const { path } = place
  if (tree.find(path)?.type !== 'f') {
    const code = isMetadata ? 'YUM_TREEINFO_REPOMD' : 'YUM_TREEINFO_IMAGE_MISSING'
    scope.report(code, path, `it is not there, ${treeInfo} names it`)
    return
  }
  const checksum = info.checksums.get(href)
  if (checksum === undefined) return
  const found = await otherDigest(scope.context, path, checksum)
  if (found === undefined) return
  const code = isMetadata ? 'YUM_TREEINFO_REPOMD' : 'YUM_TREEINFO_IMAGE_CHECKSUM'
  scope.report(code, path, `its ${checksum.algorithm} is ${found}, ${treeInfo} says ${checksum.digest}`)
}

function checkVariant(scope: Scope, treeInfo: string, directory: string, variant: Variant): void {
  const { tree } = scope.context
  const tell = (what: string): void =>
    scope.report('YUM_TREEINFO_VARIANT_MISSING', treeInfo, `${what} of its ${variant.name} is not in the tree`)
  const pathOf = (href: string): string | undefined => {
    const place = placeOf(directory, { href, base: undefined })
    return place.kind === 'inside' ? place.path : undefined
  }
  if (variant.repository !== undefined) {
    const path = pathOf(variant.repository)
    if (path === undefined || tree.find(repomdOf(path))?.type !== 'f')
      tell(`the repository ${quote(variant.repository)}`)
  }
  if (variant.packages !== undefined) {
    const path = pathOf(variant.packages)
    if (path === undefined || tree.find(path)?.type !== 'd')
      tell(`the directory ${quote(variant.packages)} of packages`)
  }
}
