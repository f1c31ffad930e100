import { otherDigest } from '../../check/compare-digest.ts'
import { cheapest } from '../../metadata/digests.ts'
import type { ListedFile } from '../control/listed-file.ts'
import { byCost } from '../index/forms.ts'
import type { IndexGroup } from '../release/index-groups.ts'
import { pathIn, type Suite } from '../release/read.ts'
import type { Scope } from './scope.ts'

/** A form of an index that is there, and is what Release says. */
export interface Form {
  /** `''` for the plain form. */
  readonly ending: string
  /** Repository path. */
  readonly path: string
  readonly file: ListedFile
}

/**
 * Reports which forms of an index are not what Release says.
 * @returns the good ones, those that are read at the least cost first, and how many there are at all
 */
export async function checkForms(
  scope: Scope,
  suite: Suite,
  group: IndexGroup,
): Promise<{ good: Form[]; present: number }> {
  const { tree } = scope.context
  const good: Form[] = []
  let present = 0
  for (const [ending, file] of group.forms) {
    const path = pathIn(suite, file.path)
    const node = tree.find(path)
    if (node?.type !== 'f') continue
    present += 1
    if (await isAsNamed(scope, suite, path, node.sizeBytes, file)) good.push({ ending, path, file })
  }
  return { good: good.sort(byCost), present }
}

async function isAsNamed(
  scope: Scope,
  suite: Suite,
  path: string,
  sizeBytes: number,
  file: ListedFile,
): Promise<boolean> {
  if (sizeBytes !== file.sizeBytes) {
    scope.report('DEB_INDEX_SIZE', path, `it has ${sizeBytes} bytes, ${suite.path} says ${file.sizeBytes}`)
    return false
  }
  const wanted = cheapest(file.digests)
  if (wanted === undefined) return true
  const found = await otherDigest(scope.context, path, wanted)
  if (found === undefined) return true
  const message = `its ${wanted.algorithm} is ${found}, ${suite.path} says ${wanted.digest}`
  scope.report('DEB_INDEX_CHECKSUM', path, message)
  return false
}
