import { createHash } from 'node:crypto'
import { otherDigest } from '../../check/compare-digest.ts'
import { ByteSource } from '../../compression/byte-source.ts'
import { readHeader } from '../../compression/zchunk/header.ts'
import { Malformed, quote } from '../../metadata/malformed.ts'
import { repomdOf } from '../find/finder.ts'
import { placeOf } from '../location/location.ts'
import type { MetadataFile } from '../repomd/repomd.ts'
import type { Scope } from './scope.ts'

/** Most bytes that a file of metadata may have when unpacked, if repomd.xml does not tell; filelists of the largest have 1 GB. */
const maxUnpackedBytes = 4 * 1024 ** 3

/** Reports where a file that the repomd.xml of `directory` names is not what that says. @returns its path if it is there */
export async function checkMetadataFile(
  scope: Scope,
  directory: string,
  file: MetadataFile,
): Promise<string | undefined> {
  const path = findMetadata(scope, directory, file)
  if (path === undefined) return undefined
  const { tree } = scope.context
  const repomd = repomdOf(directory)
  if (!path.includes(file.checksum.digest))
    scope.report(
      'YUM_METADATA_SIMPLE_NAME',
      path,
      `its name does not hold its checksum, so the next ${file.type} takes the same name`,
    )
  const sizeBytes = tree.find(path)?.sizeBytes
  if (file.sizeBytes !== undefined && sizeBytes !== file.sizeBytes) {
    scope.report('YUM_METADATA_SIZE', path, `it has ${sizeBytes} bytes, ${repomd} says ${file.sizeBytes}`)
    return path
  }
  const { algorithm, digest } = file.checksum
  const found = await otherDigest(scope.context, path, { algorithm, digest })
  if (found !== undefined)
    scope.report('YUM_METADATA_CHECKSUM', path, `its ${algorithm} is ${found}, ${repomd} says ${digest}`)
  if (!scope.context.isQuick) await checkHeader(scope, repomd, path, file)
  return path
}

/**
 * Unpacks a file of metadata, handing what is in it to `take`, and reports when it is damaged or not what repomd.xml says.
 * @returns whether all of it was read
 */
export async function checkUnpacked(
  scope: Scope,
  directory: string,
  path: string,
  { openChecksum, openSizeBytes }: MetadataFile,
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<boolean> {
  const { tree, signal, isQuick } = scope.context
  const hash = isQuick || openChecksum === undefined ? undefined : createHash(openChecksum.algorithm)
  let bytes = 0
  try {
    const limits = { maxBytes: Math.min(maxUnpackedBytes, openSizeBytes ?? maxUnpackedBytes) }
    const chunks = scope.unpacker.unpack(tree.read(path, signal), scope.unpacker.formatOf(path), limits, signal)
    for await (const chunk of chunks) {
      bytes += chunk.length
      hash?.update(chunk)
      await take(chunk)
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    scope.report('YUM_METADATA_DAMAGED', path, `it cannot be unpacked: ${error.message}`)
    return false
  }
  const repomd = repomdOf(directory)
  const digest = hash?.digest('hex')
  if (openSizeBytes !== undefined && bytes !== openSizeBytes)
    scope.report('YUM_METADATA_OPEN_CHECKSUM', path, `it unpacks to ${bytes} bytes, ${repomd} says ${openSizeBytes}`)
  else if (openChecksum !== undefined && digest !== undefined && digest !== openChecksum.digest)
    scope.report(
      'YUM_METADATA_OPEN_CHECKSUM',
      path,
      `unpacked, its ${openChecksum.algorithm} is ${digest}, ${repomd} says ${openChecksum.digest}`,
    )
  return true
}

function findMetadata(scope: Scope, directory: string, file: MetadataFile): string | undefined {
  const repomd = repomdOf(directory)
  const place = placeOf(directory, file.location)
  if (place.kind === 'refused')
    scope.report(
      'YUM_LOCATION_OUTSIDE',
      repomd,
      `the location ${quote(file.location.href)} of ${file.type} is refused: ${place.why}`,
    )
  if (place.kind === 'elsewhere')
    scope.report('YUM_LOCATION_ELSEWHERE', repomd, `${file.type} lies at ${quote(place.url)}`)
  if (place.kind !== 'inside') return undefined
  const path = place.decoded
  if (scope.context.tree.find(path)?.type === 'f') return path
  scope.report('YUM_METADATA_MISSING', path, `it is not there, ${repomd} names it as ${file.type}`)
  return undefined
}

/** A zchunk file holds the digest of its own header, which is what repomd.xml names. */
async function checkHeader(scope: Scope, repomd: string, path: string, file: MetadataFile): Promise<void> {
  const { headerChecksum, headerSizeBytes } = file
  if (headerChecksum === undefined || headerSizeBytes === undefined) return
  const { tree, signal } = scope.context
  const report = (message: string): void => scope.report('YUM_METADATA_HEADER_CHECKSUM', path, message)
  const source = new ByteSource(tree.read(path, signal), signal)
  try {
    const { digest, sizeBytes } = await readHeader(source)
    if (digest !== headerChecksum.digest || sizeBytes !== headerSizeBytes)
      report(
        `its header has ${sizeBytes} bytes and the digest ${digest}, ${repomd} says ${headerSizeBytes} bytes and ${headerChecksum.digest}`,
      )
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    report(`${repomd} names the digest of its header, but ${error.message}`)
  } finally {
    await source.close()
  }
}
