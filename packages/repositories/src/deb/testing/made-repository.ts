import { createHash } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { Algorithm as AnyAlgorithm } from '../../metadata/digests.ts'

type Algorithm = Exclude<AnyAlgorithm, 'sha384' | 'sha224'>

/** A binary package of a made repository; its content follows from these. */
export interface MadePackage {
  readonly name: string
  readonly version: string
  readonly architecture: string
}

export interface MadeSuite {
  readonly name: string
  readonly packages: readonly MadePackage[]
  /** Source packages: a .dsc and a tarball each. */
  readonly sources?: readonly { readonly name: string; readonly version: string }[]
}

export interface MadeOptions {
  readonly suites: readonly MadeSuite[]
  readonly architectures?: readonly string[]
  readonly compressions?: readonly Compression[]
  /** The digests of Release files and indices. */
  readonly algorithms?: readonly Algorithm[]
  readonly byHash?: boolean
  /** With Contents, Translation, dep11, an installer and pdiffs. */
  readonly extras?: boolean
  /** More fields of Release files. */
  readonly fields?: Readonly<Record<string, string>>
  /** Seconds since 1970. */
  readonly date?: number
}

export type Compression = '' | '.gz' | '.zst'

/** What the fields of the digests are called in Release and Packages. */
const names: Record<Algorithm, readonly [release: string, packages: string, list: string, directory: string]> = {
  md5: ['MD5Sum', 'MD5sum', 'Files', 'MD5Sum'],
  sha1: ['SHA1', 'SHA1', 'Checksums-Sha1', 'SHA1'],
  sha256: ['SHA256', 'SHA256', 'Checksums-Sha256', 'SHA256'],
  sha512: ['SHA512', 'SHA512', 'Checksums-Sha512', 'SHA512'],
}

/**
 * A repository as archives have it, in memory: contents by path, all metadata right. Tests break it: `files` may be
 * changed at will, `edit` changes an index in all its compressions, and `seal` makes the Release fit again.
 */
export class MadeRepository {
  readonly files = new Map<string, Buffer>()
  /** The text of each index, by its path without compression. */
  readonly #plain = new Map<string, string>()
  readonly #options: MadeOptions
  readonly #compressions: readonly Compression[]
  readonly #algorithms: readonly Algorithm[]

  constructor(options: MadeOptions) {
    this.#options = options
    this.#compressions = options.compressions ?? ['', '.gz', '.zst']
    this.#algorithms = options.algorithms ?? ['md5', 'sha256']
    for (const suite of options.suites) this.#addSuite(suite)
  }

  /** Changes the text of the index `path` (named without compression), not what Release says about it. */
  edit(path: string, change: (text: string) => string): void {
    this.#put(path, change(this.text(path)))
  }

  /** The text of the index `path`, named without compression. */
  text(path: string): string {
    const plain = this.#plain.get(path)
    if (plain === undefined) throw new Error(`no index ${path}`)
    return plain
  }

  /** Writes by-hash, Release and InRelease of `suite` for the files that are there now, with more or other fields. */
  seal(suite: string, fields: Readonly<Record<string, string>> = {}): void {
    const dist = `dists/${suite}/`
    for (const path of [...this.files.keys()])
      if (path.startsWith(dist) && path.includes('/by-hash/')) this.files.delete(path)
    const released = [...this.files.keys()].filter(path => path.startsWith(`${dist}main/`) && isReleased(path))
    const all: Record<string, string> = {
      Origin: 'Made',
      Label: 'Made',
      Suite: suite,
      Codename: `${suite}-codename`,
      Date: new Date((this.#options.date ?? 0) * 1000).toUTCString().replace('GMT', 'UTC'),
      Architectures: this.#architectures().join(' '),
      Components: 'main',
      ...(this.#options.byHash ? { 'Acquire-By-Hash': 'yes' } : {}),
      ...this.#options.fields,
      ...fields,
    }
    let text = Object.entries(all)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join('')
    const contents = new Map([...this.files].filter(([path]) => released.includes(path)))
    if (!this.#compressions.includes('')) {
      // Archives name the plain form, whether they have it or not.
      for (const [path, plain] of this.#plain) if (path.startsWith(dist)) contents.set(path, Buffer.from(plain))
    }
    for (const algorithm of this.#algorithms) {
      text += `${names[algorithm][0]}:\n`
      for (const [path, content] of contents) {
        text += ` ${digest(algorithm, content)} ${String(content.length).padStart(8)} ${path.slice(dist.length)}\n`
      }
    }
    if (this.#options.byHash) this.#writeByHash(released)
    this.files.set(`${dist}Release`, Buffer.from(text))
    this.files.set(`${dist}InRelease`, Buffer.from(clearSigned(text)))
  }

  /** Paths of the files of packages. */
  get pool(): string[] {
    return [...this.files.keys()].filter(path => path.startsWith('pool/'))
  }

  #architectures(): readonly string[] {
    return this.#options.architectures ?? ['amd64', 'arm64']
  }

  #put(path: string, text: string): void {
    this.#plain.set(path, text)
    for (const compression of this.#compressions) this.files.set(path + compression, compress(compression, text))
  }

  #addSuite({ name, packages, sources = [] }: MadeSuite): void {
    const component = `dists/${name}/main`
    for (const architecture of this.#architectures()) {
      const own = packages.filter(one => one.architecture === architecture || one.architecture === 'all')
      this.#put(`${component}/binary-${architecture}/Packages`, own.map(one => this.#addPackage(one)).join('\n'))
    }
    this.#put(`${component}/source/Sources`, sources.map(one => this.#addSource(one)).join('\n'))
    if (this.#options.extras) this.#addExtras(component)
    this.seal(name)
  }

  #addPackage({ name, version, architecture }: MadePackage): string {
    const content = Buffer.from(`package ${name} ${version} ${architecture}\n`)
    const path = `pool/main/${name}_${version.replace(/^\d+:/, '')}_${architecture}.deb`
    this.files.set(path, content)
    const digests = this.#algorithms.map(algorithm => `${names[algorithm][1]}: ${digest(algorithm, content)}\n`)
    return (
      `Package: ${name}\nVersion: ${version}\nArchitecture: ${architecture}\n` +
      `Description: made\n Nothing.\nFilename: ${path}\nSize: ${content.length}\n${digests.join('')}`
    )
  }

  #addSource({ name, version }: { readonly name: string; readonly version: string }): string {
    const directory = `pool/main/${name}`
    const parts = [`${name}_${version}.dsc`, `${name}_${version}.tar.xz`].map(file => {
      const content = Buffer.from(`source ${file}\n`)
      this.files.set(`${directory}/${file}`, content)
      return { file, content }
    })
    const lists = this.#algorithms.map(algorithm => {
      const rows = parts.map(({ file, content }) => ` ${digest(algorithm, content)} ${content.length} ${file}\n`)
      return `${names[algorithm][2]}:\n${rows.join('')}`
    })
    return `Package: ${name}\nVersion: ${version}\nDirectory: ${directory}\n${lists.join('')}`
  }

  #addExtras(component: string): void {
    this.#put(`${component}/Contents-amd64`, 'usr/bin/x admin/x\n')
    this.#put(`${component}/i18n/Translation-en`, 'Package: x\nDescription-en: x\n')
    this.#put(`${component}/dep11/Components-amd64.yml`, '---\nFile: DEP-11\n')
    const images = `${component}/installer-amd64/current/images`
    const image = Buffer.from(`image of ${component}\n`)
    this.files.set(`${images}/netboot/mini.iso`, image)
    this.files.set(`${images}/SHA256SUMS`, Buffer.from(`${digest('sha256', image)}  ./netboot/mini.iso\n`))
    this.#addPdiffs(`${component}/binary-amd64/Packages`)
  }

  #addPdiffs(index: string): void {
    const row = (content: Buffer, name: string): string => `${digest('sha256', content)} ${content.length} ${name}`
    const [patch, old, current] = ['0a\nx\n.\n', 'old\n', this.text(index)].map(text => Buffer.from(text)) as [
      Buffer,
      Buffer,
      Buffer,
    ]
    const packed = gzipSync(patch)
    this.files.set(`${index}.diff/T-1.gz`, packed)
    this.files.set(
      `${index}.diff/Index`,
      Buffer.from(
        `SHA256-Current: ${row(current, '').trim()}\nSHA256-History:\n ${row(old, 'T-1')}\n` +
          `SHA256-Patches:\n ${row(patch, 'T-1')}\nSHA256-Download:\n ${row(packed, 'T-1.gz')}\n`,
      ),
    )
  }

  #writeByHash(released: readonly string[]): void {
    for (const path of released) {
      const content = this.files.get(path)
      if (content === undefined) continue
      for (const algorithm of this.#algorithms) {
        const directory = path.slice(0, path.lastIndexOf('/'))
        this.files.set(`${directory}/by-hash/${names[algorithm][3]}/${digest(algorithm, content)}`, content)
      }
    }
  }
}

function isReleased(path: string): boolean {
  return /\/(Packages|Sources|Contents-|Translation-|Components-|SHA256SUMS)[^/]*$|\.diff\/Index$/.test(path)
}

/** The digest of `content` in hexadecimal. */
export function digest(algorithm: Algorithm, content: Uint8Array | string): string {
  return createHash(algorithm).update(content).digest('hex')
}

export function compress(compression: Compression, text: string): Buffer {
  const content = Buffer.from(text)
  if (compression === '.gz') return gzipSync(content)
  return compression === '.zst' ? zstdCompressSync(content) : content
}

/** The form of InRelease, with a signature that nobody made. */
export function clearSigned(text: string): string {
  const signature = '-----BEGIN PGP SIGNATURE-----\n\nbm90aGluZw==\n-----END PGP SIGNATURE-----\n'
  return `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${text.replace(/^-/gm, '- -')}${signature}`
}
