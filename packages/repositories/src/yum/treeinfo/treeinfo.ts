import { Malformed, quote } from '../../metadata/malformed.ts'
import { type Checksum, checksumOf } from '../xml/values.ts'
import { parseIni } from './ini.ts'

/** What a .treeinfo says about files. All paths count from its directory. */
export interface TreeInfo {
  /** By path: of images, and of the repomd.xml of variants. */
  readonly checksums: ReadonlyMap<string, Checksum>
  /** Images that are named, with a checksum or without. */
  readonly images: ReadonlySet<string>
  readonly variants: readonly Variant[]
}

export interface Variant {
  readonly name: string
  /** Directory of its repository, and of its packages. */
  readonly repository: string | undefined
  readonly packages: string | undefined
}

/** Longest .treeinfo that is read; they have some 5 KB. */
const maxTreeInfoBytes = 1024 * 1024

/** @throws Malformed, and what `chunks` throws */
export async function readTreeInfo(chunks: AsyncIterable<Uint8Array>): Promise<TreeInfo> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > maxTreeInfoBytes) throw new Malformed(`it is longer than ${maxTreeInfoBytes} bytes`)
    parts.push(chunk)
  }
  return parseTreeInfo(decode(Buffer.concat(parts)))
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Malformed('it is not UTF-8')
  }
}

/** @throws Malformed */
export function parseTreeInfo(text: string): TreeInfo {
  const sections = parseIni(text)
  if (!['general', 'header', 'tree'].some(name => sections.has(name)))
    throw new Malformed('it has no section general, header or tree')
  const checksums = new Map<string, Checksum>()
  for (const [path, value] of sections.get('checksums') ?? []) {
    const [, type, digest] = /^([^:]+):(.+)$/.exec(value) ?? []
    if (digest === undefined) throw new Malformed(`the checksum ${quote(value)} of ${quote(path)} is not TYPE:DIGEST`)
    checksums.set(path, checksumOf(type, digest))
  }
  const images = new Set([...checksums.keys()].filter(path => !isRepomd(path)))
  const variants: Variant[] = []
  for (const [name, values] of sections) {
    if (name === 'stage2' || name.startsWith('images-')) for (const path of values.values()) images.add(path)
    if (/^(variant|addon)-/.test(name))
      variants.push({ name, repository: values.get('repository'), packages: values.get('packages') })
  }
  images.delete('')
  return { checksums, images, variants }
}

/** Whether a path of `checksums` is that of metadata, which may be newer than the images. */
export function isRepomd(path: string): boolean {
  return /(^|\/)repodata\/repomd\.xml$/.test(path)
}
