import { createHash } from 'node:crypto'
import { directoryOf, joinPath } from '@repocast/objects'
import { otherDigest } from '../../check/compare-digest.ts'
import { algorithms, cheapest } from '../../metadata/digests.ts'
import { Malformed } from '../../metadata/malformed.ts'
import type { ListedFile } from '../control/listed-file.ts'
import { maxPdiffIndexBytes, type PdiffIndex, parsePdiffIndex } from '../pdiff/pdiff-index.ts'
import type { Suite } from '../release/read.ts'
import type { IndexText } from './entries.ts'
import type { Scope } from './scope.ts'

/** Longest patch that is unpacked, in bytes; longer than any index of packages. */
const maxPatchBytes = 1024 ** 3

/** Checks the Index of a .diff directory, whose path in the suite is `stem`, and the patches that it names. */
export async function checkPdiff(scope: Scope, suite: Suite, stem: string, index: IndexText): Promise<void> {
  const report = (path: string, message: string): void => scope.report('DEB_PDIFF_BROKEN', path, message)
  const parsed = await read(scope, index)
  if (parsed === undefined) return
  const target = stem.replace(/\.diff\/Index$/, '')
  const released = suite.release.files.get(target)
  const shared = released && algorithms.find(one => released.digests[one] && parsed.current.digests[one])
  if (released !== undefined && shared !== undefined && released.digests[shared] !== parsed.current.digests[shared])
    report(index.path, `it leads to another ${target} than the one that ${suite.path} names`)
  for (const name of parsed.history.keys())
    if (!parsed.patches.has(name)) report(index.path, `it has no patch for the state of ${name}`)
  for (const [name, patch] of parsed.patches) {
    scope.context.signal?.throwIfAborted()
    const path = joinPath(directoryOf(index.path), `${name}.gz`)
    const why = await whyBroken(scope, path, parsed.downloads.get(`${name}.gz`), patch)
    if (why !== undefined) report(path, `${why}, ${index.path} names it`)
  }
}

async function read(scope: Scope, { path, chunks }: IndexText): Promise<PdiffIndex | undefined> {
  const parts: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > maxPdiffIndexBytes) throw new Malformed(`it is longer than ${maxPdiffIndexBytes} bytes`)
      parts.push(chunk)
    }
    return parsePdiffIndex(Buffer.concat(parts))
  } catch (error) {
    scope.reportMalformed('DEB_PDIFF_BROKEN', path, error)
    return undefined
  }
}

/** reprepro gives no digests of the compressed patches. */
async function whyBroken(
  scope: Scope,
  path: string,
  download: ListedFile | undefined,
  patch: ListedFile,
): Promise<string | undefined> {
  const node = scope.context.tree.find(path)
  if (node?.type !== 'f') return 'it is not there'
  const wanted = download && cheapest(download.digests)
  if (download !== undefined && node.sizeBytes !== download.sizeBytes)
    return `it has ${node.sizeBytes} bytes and not ${download.sizeBytes}`
  if (wanted !== undefined && (await otherDigest(scope.context, path, wanted)) !== undefined)
    return `its ${wanted.algorithm} is not ${wanted.digest}`
  return scope.context.isQuick ? undefined : await whyOtherPatch(scope, path, patch)
}

async function whyOtherPatch(scope: Scope, path: string, patch: ListedFile): Promise<string | undefined> {
  const { tree, signal } = scope.context
  const wanted = cheapest(patch.digests)
  const hash = createHash(wanted?.algorithm ?? 'sha256')
  let bytes = 0
  try {
    const limits = { maxBytes: Math.min(maxPatchBytes, patch.sizeBytes) }
    for await (const chunk of scope.unpacker.unpack(tree.read(path, signal), 'gz', limits, signal)) {
      bytes += chunk.length
      hash.update(chunk)
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return `it cannot be unpacked: ${error.message}`
  }
  const digest = hash.digest('hex')
  const isRight = bytes === patch.sizeBytes && (wanted === undefined || digest === wanted.digest)
  return isRight ? undefined : 'it holds another patch'
}
