import { joinPath } from '@repocast/objects'
import { isBroken } from '../../metadata/digests.ts'
import { Malformed } from '../../metadata/malformed.ts'
import { repomdOf } from '../find/finder.ts'
import { type MetadataFile, readRepomd } from '../repomd/repomd.ts'
import { checkMetadataFile, checkUnpacked } from './metadata-file.ts'
import { PackageCheck } from './packages.ts'
import type { Scope } from './scope.ts'
import { checkSignature } from './signature.ts'

/**
 * Checks the repository whose repodata/ lies in `directory`; `named` gets the fingerprints of the paths of its packages.
 * @returns whether all its packages are known
 */
export async function checkRepository(scope: Scope, directory: string, named: Set<number>): Promise<boolean> {
  await checkSignature(scope, directory)
  const files = await readFiles(scope, directory)
  if (files === undefined) return false
  const repomd = repomdOf(directory)
  const weak = files.filter(({ checksum }) => isBroken(checksum.algorithm)).map(({ type }) => type)
  if (weak.length > 0)
    scope.report('YUM_WEAK_CHECKSUM', repomd, `it has only a checksum that can be forged of ${weak.join(', ')}`)
  if (!files.some(isPrimary)) scope.report('YUM_PRIMARY_UNNAMED', repomd, 'it names no data of type primary')

  const paths = new Set<string>()
  const read = new Set<string>()
  let isComplete = files.some(isPrimary)
  for (const file of files) {
    const path = await checkMetadataFile(scope, directory, file)
    if (path !== undefined) paths.add(path)
    const open = file.openChecksum && `${file.openChecksum.algorithm}:${file.openChecksum.digest}`
    const hasPackages = isPrimary(file) && !(open !== undefined && read.has(open))
    if (open !== undefined && isPrimary(file)) read.add(open)
    if (hasPackages) {
      const isRead = path !== undefined && (await checkPrimary(scope, directory, path, file, named))
      isComplete &&= isRead
    } else if (
      path !== undefined &&
      !scope.context.isQuick &&
      (open !== undefined || file.openSizeBytes !== undefined)
    ) {
      await checkUnpacked(scope, directory, path, file, async () => {})
    }
  }
  reportStale(scope, directory, paths)
  return isComplete
}

/** The zchunk form of primary.xml has the same packages, or dnf sees others than yum. */
function isPrimary({ type }: MetadataFile): boolean {
  return type === 'primary' || type === 'primary_zck'
}

async function readFiles(scope: Scope, directory: string): Promise<MetadataFile[] | undefined> {
  const { tree, signal } = scope.context
  const repomd = repomdOf(directory)
  try {
    return await readRepomd(tree.read(repomd, signal))
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    const where = error.line === undefined ? '' : ` (line ${error.line})`
    scope.report('YUM_REPOMD_MALFORMED', repomd, `${error.message}${where}`)
    return undefined
  }
}

async function checkPrimary(
  scope: Scope,
  directory: string,
  path: string,
  file: MetadataFile,
  named: Set<number>,
): Promise<boolean> {
  const packages = new PackageCheck(scope, directory, path, named)
  const isWhole = await checkUnpacked(scope, directory, path, file, chunk => packages.push(chunk))
  return await packages.end(isWhole)
}

/** What lies in repodata beside the files that repomd.xml names. */
const companions = /\/repomd\.xml(\.(asc|sig|key))?$/

function reportStale(scope: Scope, directory: string, paths: ReadonlySet<string>): void {
  const repomd = repomdOf(directory)
  for (const { path, type } of scope.context.tree.walk(joinPath(directory, 'repodata')))
    if (type !== 'd' && !paths.has(path) && !companions.test(path))
      scope.report('YUM_METADATA_STALE', path, `${repomd} does not name it`)
}
