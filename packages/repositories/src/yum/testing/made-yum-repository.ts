import { createHash } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { joinPath } from '@repocast/objects'
import type { Algorithm } from '../../metadata/digests.ts'

/** A package of a made repository; its content follows from these. */
export interface MadeRpm {
  readonly name: string
  /** Default `0`. */
  readonly epoch?: string
  readonly version: string
  readonly release?: string
  readonly arch?: string
  /** Added to the content: a package that was built or signed anew. */
  readonly build?: string
}

export interface MadeYumOptions {
  /** By the directory that holds repodata/ and Packages/, `''` for the top. */
  readonly repositories: Readonly<Record<string, readonly MadeRpm[]>>
  readonly compression?: '' | '.gz' | '.zst'
  readonly algorithm?: Algorithm
  /** Names of metadata hold its checksum; so it is by default. */
  readonly uniqueNames?: boolean
  /** With images and a .treeinfo in each repository. */
  readonly treeInfo?: boolean
}

/** The types of metadata that each repository has. */
const types = ['primary', 'filelists', 'other'] as const
export type MadeType = (typeof types)[number]

/**
 * A tree of yum repositories in memory: contents by path, all metadata right. Tests break it: `files` may be changed
 * at will, `edit` changes metadata behind the back of repomd.xml, and `seal` makes the repomd.xml fit again.
 */
export class MadeYumRepository {
  readonly files = new Map<string, Buffer>()
  /** The XML of each type, by `DIRECTORY TYPE`, and where it lies. */
  readonly #metadata = new Map<string, { text: string; path: string }>()
  readonly #options: MadeYumOptions

  constructor(options: MadeYumOptions) {
    this.#options = options
    for (const [directory, rpms] of Object.entries(options.repositories)) {
      const entries = rpms.map(rpm => this.#addRpm(directory, rpm))
      for (const type of types) this.#metadata.set(`${directory} ${type}`, { text: textOf(type, entries), path: '' })
      this.seal(directory)
      if (options.treeInfo) this.#addTreeInfo(directory)
    }
  }

  /** The XML of `type` in the repository of `directory`. */
  text(directory: string, type: MadeType): string {
    return this.#entry(directory, type).text
  }

  /** Where the metadata of `type` lies. */
  path(directory: string, type: MadeType): string {
    return this.#entry(directory, type).path
  }

  /** Changes metadata, not what repomd.xml says about it. */
  edit(directory: string, type: MadeType, change: (text: string) => string): void {
    const entry = this.#entry(directory, type)
    entry.text = change(entry.text)
    this.files.set(entry.path, compress(this.#options.compression ?? '.gz', entry.text))
  }

  /** Writes all metadata under the names that fit it, and a repomd.xml that names it. */
  seal(directory: string, more = ''): void {
    const { compression = '.gz', uniqueNames = true } = this.#options
    let data = ''
    for (const type of types) {
      const entry = this.#entry(directory, type)
      this.files.delete(entry.path)
      const content = compress(compression, entry.text)
      const unique = uniqueNames ? `${this.#digest(content)}-` : ''
      const href = `repodata/${unique}${type}.xml${compression}`
      entry.path = joinPath(directory, href)
      this.files.set(entry.path, content)
      data += this.dataElement(type, href, content, entry.text)
    }
    this.files.set(
      joinPath(directory, 'repodata/repomd.xml'),
      Buffer.from(
        `<?xml version="1.0" encoding="UTF-8"?>\n<repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">\n  <revision>1</revision>\n${data}${more}</repomd>\n`,
      ),
    )
  }

  /** The element of a repomd.xml for a file; without `open` it says nothing of what is in it. */
  dataElement(type: string, href: string, content: Uint8Array, open?: string, more = ''): string {
    const checksum = (of: Uint8Array | string): string => `type="${this.#sumType()}">${this.#digest(of)}<`
    const inside =
      open === undefined
        ? ''
        : `    <open-checksum ${checksum(open)}/open-checksum>\n    <open-size>${Buffer.byteLength(open)}</open-size>\n`
    return `  <data type="${type}">
    <checksum ${checksum(content)}/checksum>
${inside}    <location href="${escaped(href)}"/>
    <timestamp>1</timestamp>
    <size>${content.length}</size>
${more}  </data>
`
  }

  /** Paths of all packages. */
  get rpms(): string[] {
    return [...this.files.keys()].filter(path => path.endsWith('.rpm'))
  }

  #entry(directory: string, type: MadeType): { text: string; path: string } {
    const entry = this.#metadata.get(`${directory} ${type}`)
    if (entry === undefined) throw new Error(`no ${type} in ${directory}`)
    return entry
  }

  #digest(content: Uint8Array | string): string {
    return createHash(this.#options.algorithm ?? 'sha256')
      .update(content)
      .digest('hex')
  }

  /** createrepo calls sha1 `sha`. */
  #sumType(): string {
    const { algorithm = 'sha256' } = this.#options
    return algorithm === 'sha1' ? 'sha' : algorithm
  }

  #addRpm(directory: string, rpm: MadeRpm): Entry {
    const { name, epoch = '0', version, release = '1', arch = 'x86_64', build = '' } = rpm
    const content = Buffer.from(`package ${name} ${epoch}:${version}-${release} ${arch} ${build}\n`)
    const href = `Packages/${name.charAt(0)}/${name}-${version}-${release}.${arch}.rpm`
    this.files.set(joinPath(directory, href), content)
    const pkgid = this.#digest(content)
    const evr = `<version epoch="${epoch}" ver="${escaped(version)}" rel="${escaped(release)}"/>`
    const primary = `<package type="rpm">
  <name>${escaped(name)}</name>
  <arch>${arch}</arch>
  ${evr}
  <checksum type="${this.#sumType()}" pkgid="YES">${pkgid}</checksum>
  <summary>Made</summary>
  <description>Made &amp; &lt;nothing&gt; more.</description>
  <size package="${content.length}" installed="1" archive="1"/>
  <location href="${escaped(href)}"/>
  <format>
    <rpm:license>MIT</rpm:license>
    <rpm:provides>
      <rpm:entry name="${escaped(name)}"/>
    </rpm:provides>
    <file>/usr/bin/${escaped(name)}</file>
  </format>
</package>
`
    return { primary, short: `<package pkgid="${pkgid}" name="${escaped(name)}" arch="${arch}">${evr}</package>\n` }
  }

  #addTreeInfo(directory: string): void {
    const at = (path: string): string => joinPath(directory, path)
    const images = ['images/pxeboot/vmlinuz', 'images/pxeboot/initrd.img', 'images/install.img']
    for (const image of images) this.files.set(at(image), Buffer.from(`image ${at(image)}\n`))
    const repomd = 'repodata/repomd.xml'
    const sums = [...images, repomd].map(path => `${path} = sha256:${sha256(this.files.get(at(path)) ?? '')}\n`)
    const text = `[general]
; kept for old installers
arch = x86_64

[header]
type = productmd.treeinfo
version = 1.2

[checksums]
${sums.join('')}
[images-x86_64]
kernel = images/pxeboot/vmlinuz
initrd = images/pxeboot/initrd.img

[stage2]
mainimage = images/install.img

[variant-Made]
id = Made
packages = ${this.rpms.some(path => path.startsWith(at('Packages/'))) ? 'Packages' : '.'}
repository = .
`
    this.files.set(at('.treeinfo'), Buffer.from(text))
  }
}

interface Entry {
  readonly primary: string
  /** What filelists and other have of it. */
  readonly short: string
}

function textOf(type: MadeType, entries: readonly Entry[]): string {
  const packages = entries.map(({ primary, short }) => (type === 'primary' ? primary : short)).join('')
  const root = type === 'primary' ? 'metadata' : type === 'other' ? 'otherdata' : type
  const space = type === 'primary' ? 'common' : type
  return `<?xml version="1.0" encoding="UTF-8"?>
<${root} xmlns="http://linux.duke.edu/metadata/${space}" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="${entries.length}">
${packages}</${root}>
`
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

export function compress(compression: '' | '.gz' | '.zst', text: string): Buffer {
  const content = Buffer.from(text)
  if (compression === '.gz') return gzipSync(content)
  return compression === '.zst' ? zstdCompressSync(content) : content
}
