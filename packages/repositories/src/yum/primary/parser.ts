import { Malformed, quote } from '../../metadata/malformed.ts'
import { type Location, locationOf } from '../location/location.ts'
import type { RpmVersion } from '../version/compare.ts'
import { type Attributes, type XmlHandler, XmlReader } from '../xml/reader.ts'
import { bytesOf, type Checksum, checksumOf } from '../xml/values.ts'

/** A package of primary.xml. Its texts may hold on to the chunk that they were cut from: copy what is kept for long. */
export interface PackageEntry {
  readonly name: string
  readonly arch: string
  readonly version: RpmVersion
  /** Of the whole file of the package. */
  readonly checksum: Checksum
  readonly sizeBytes: number
  readonly location: Location
}

/** Reads primary.xml chunk by chunk, of however many packages. */
export class PrimaryParser {
  readonly #handler = new PrimaryHandler(() => this.#reader.line)
  readonly #reader: XmlReader = new XmlReader(this.#handler)

  /** How many packages the file says that it has; undefined when it does not, or before its root is read. */
  get declaredCount(): number | undefined {
    return this.#handler.declaredCount
  }

  /** The packages that end in `chunk`. @throws Malformed */
  push(chunk: Uint8Array): PackageEntry[] {
    this.#reader.push(chunk)
    return this.#handler.takeDone()
  }

  /** Ends the file. @throws Malformed when something was left open */
  end(): void {
    this.#reader.end()
  }
}

/** The packages of a primary.xml that comes in chunks. @throws Malformed, and what `chunks` throws */
export async function* readPrimary(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<PackageEntry> {
  const parser = new PrimaryParser()
  for await (const chunk of chunks) yield* parser.push(chunk)
  parser.end()
}

type Unfinished = { -readonly [field in keyof PackageEntry]?: PackageEntry[field] }

const texts: ReadonlySet<string> = new Set(['name', 'arch', 'checksum'])

class PrimaryHandler implements XmlHandler {
  declaredCount: number | undefined
  readonly #lineOf: () => number
  #done: PackageEntry[] = []
  #package: Unfinished | undefined
  #checksumType: string | undefined

  constructor(lineOf: () => number) {
    this.#lineOf = lineOf
  }

  takeDone(): PackageEntry[] {
    const done = this.#done
    this.#done = []
    return done
  }

  open(name: string, attributes: Attributes, depth: number): boolean {
    if (depth === 3 && this.#package !== undefined) return this.#openIn(this.#package, name, attributes)
    if (depth === 1) this.#openRoot(name, attributes)
    if (depth === 2 && name === 'package') this.#package = {}
    return false
  }

  close(name: string, text: string, depth: number): void {
    if (this.#package === undefined) return
    if (depth === 2) this.#finish(this.#package)
    if (depth !== 3) return
    if (name === 'name') this.#package.name = text.trim()
    if (name === 'arch') this.#package.arch = text.trim()
    if (name === 'checksum') this.#package.checksum = checksumOf(this.#checksumType, text, this.#lineOf())
  }

  #openRoot(name: string, attributes: Attributes): void {
    if (name !== 'metadata') throw new Malformed(`its root is ${quote(name)}, not "metadata"`, this.#lineOf())
    const count = attributes.packages
    if (count !== undefined && /^[0-9]{1,15}$/.test(count)) this.declaredCount = Number(count)
  }

  #openIn(entry: Unfinished, name: string, attributes: Attributes): boolean {
    if (name === 'location') entry.location = locationOf(attributes, this.#lineOf())
    if (name === 'size') entry.sizeBytes = bytesOf(attributes.package ?? '', this.#lineOf())
    if (name === 'version') {
      const { epoch = '', ver = '', rel = '' } = attributes
      entry.version = { epoch: epoch === '' ? '0' : epoch, version: ver, release: rel }
    }
    if (name === 'checksum') this.#checksumType = attributes.type
    return texts.has(name)
  }

  #finish({ name, arch, version, checksum, sizeBytes, location }: Unfinished): void {
    this.#package = undefined
    const missing = (what: string): Malformed =>
      new Malformed(`the package ${quote(name ?? '')} has no ${what}`, this.#lineOf())
    if (name === undefined || name === '') throw missing('name')
    if (arch === undefined || arch === '') throw missing('arch')
    if (version === undefined || version.version === '') throw missing('version')
    if (checksum === undefined) throw missing('checksum')
    if (sizeBytes === undefined) throw missing('size')
    if (location === undefined) throw missing('location')
    this.#done.push({ name, arch, version, checksum, sizeBytes, location })
  }
}
