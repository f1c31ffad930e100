import { directoryOf, joinPath } from '@repocast/objects'
import { readWhole } from '../../check/read-whole.ts'
import { digestOf } from '../../metadata/digests.ts'
import { Malformed, quote } from '../../metadata/malformed.ts'
import { pathOf } from '../control/fields.ts'
import type { Scope } from './scope.ts'

/** Longest SHA256SUMS that is read, in bytes; Debian's have some 50 KB. */
const maxSumsBytes = 32 * 1024 * 1024

const sums = /(^|\/)dists\/.+\/installer-[^/]+\/.+\/SHA256SUMS$/
const line = /^(\S+) [ *](.+)$/

/** Whether `path` is that of the digests of an installer. */
export function isInstallerSums(path: string): boolean {
  return sums.test(path)
}

/** Checks the files of an installer, which the SHA256SUMS at `path` names. */
export async function checkInstaller(scope: Scope, path: string): Promise<void> {
  const { tree, signal } = scope.context
  if (tree.find(path)?.type !== 'f') return
  try {
    const bytes = await readWhole(tree, path, maxSumsBytes, signal)
    for (const { name, digest } of parseSums(bytes))
      await checkFile(scope, path, joinPath(directoryOf(path), name), digest)
  } catch (error) {
    scope.reportMalformed('DEB_INSTALLER_MALFORMED', path, error)
  }
}

/** @throws Malformed */
function* parseSums(bytes: Buffer): Generator<{ name: string; digest: string }> {
  for (const [k, text] of bytes.toString('latin1').split('\n').entries()) {
    if (text === '') continue
    const [found, digest = '', name = ''] = line.exec(text) ?? []
    if (found === undefined) throw new Malformed(`${quote(text)} is not a digest and a path`, k + 1)
    yield { digest: digestOf('sha256', digest, k + 1), name: pathOf(name, k + 1) }
  }
}

async function checkFile(scope: Scope, sums: string, path: string, digest: string): Promise<void> {
  const { tree, signal } = scope.context
  signal?.throwIfAborted()
  if (tree.find(path)?.type !== 'f') {
    scope.report('DEB_INSTALLER_MISSING', path, `it is not there, ${sums} names it`)
    return
  }
  const found = await tree.digest(path, 'sha256', signal)
  if (found !== digest) scope.report('DEB_INSTALLER_CHECKSUM', path, `its sha256 is ${found}, ${sums} says ${digest}`)
}
