import type { TreeReader } from '../../check/tree-reader.ts'
import { repomdOf } from '../find/finder.ts'
import type { Scope } from './scope.ts'

/** Longest signature that is read; one has less than 1 KB for each key. */
const maxSignatureBytes = 1024 * 1024

/** Verifies the signature of a repomd.xml, when keys are given. */
export async function checkSignature(scope: Scope, directory: string): Promise<void> {
  const { tree, signatures, signal } = scope.context
  if (signatures === undefined) return
  const repomd = repomdOf(directory)
  const path = `${repomd}.asc`
  const node = tree.find(path)
  if (node?.type !== 'f') {
    scope.report('YUM_SIGNATURE_MISSING', path, `it is not there, so nobody can tell who made ${repomd}`)
    return
  }
  if (node.sizeBytes > maxSignatureBytes) {
    scope.report('YUM_SIGNATURE_BAD', path, `it has ${node.sizeBytes} bytes, which no signature has`)
    return
  }
  const verdict = await signatures.verifyDetached(tree.read(repomd, signal), await readWhole(tree, path, signal))
  if (!verdict.valid) scope.report('YUM_SIGNATURE_BAD', path, verdict.why)
}

async function readWhole(tree: TreeReader, path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of tree.read(path, signal)) chunks.push(chunk)
  return Buffer.concat(chunks)
}
