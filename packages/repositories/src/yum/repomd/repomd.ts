import { Malformed, quote } from '../../metadata/malformed.ts'
import { type Location, locationOf } from '../location/location.ts'
import { type Attributes, type XmlHandler, XmlReader } from '../xml/reader.ts'
import { bytesOf, type Checksum, checksumOf } from '../xml/values.ts'

/** A file that repomd.xml names: an element `data`. */
export interface MetadataFile {
  /** `primary`, `filelists`, `updateinfo`, `primary_db`, `primary_zck`, …: any word. */
  readonly type: string
  readonly location: Location
  readonly checksum: Checksum
  readonly sizeBytes: number | undefined
  /** What it holds when unpacked. */
  readonly openChecksum: Checksum | undefined
  readonly openSizeBytes: number | undefined
  /** The first bytes of a zchunk file, by which clients tell which of its chunks they need. */
  readonly headerChecksum: Checksum | undefined
  readonly headerSizeBytes: number | undefined
}

/** Longest repomd.xml that is read; those of the largest distributions have some 20 KB. */
const maxRepomdBytes = 4 * 1024 * 1024

const maxTypeLength = 100

/** The files that a repomd.xml names, in its order. @throws Malformed, and what `chunks` throws */
export async function readRepomd(chunks: AsyncIterable<Uint8Array>): Promise<MetadataFile[]> {
  const handler = new RepomdHandler(() => reader.line)
  const reader: XmlReader = new XmlReader(handler)
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > maxRepomdBytes) throw new Malformed(`it is longer than ${maxRepomdBytes} bytes`)
    reader.push(chunk)
  }
  reader.end()
  return handler.files
}

type Unfinished = { -readonly [field in keyof MetadataFile]: MetadataFile[field] | undefined }

const texts: ReadonlySet<string> = new Set([
  'checksum',
  'size',
  'open-checksum',
  'open-size',
  'header-checksum',
  'header-size',
])

class RepomdHandler implements XmlHandler {
  readonly files: MetadataFile[] = []
  readonly #lineOf: () => number
  #data: Unfinished | undefined
  #checksumType: string | undefined

  constructor(lineOf: () => number) {
    this.#lineOf = lineOf
  }

  open(name: string, attributes: Attributes, depth: number): boolean {
    if (depth === 1 && name !== 'repomd')
      throw new Malformed(`its root is ${quote(name)}, not "repomd"`, this.#lineOf())
    if (depth === 2 && name === 'data') this.#data = begin(attributes.type, this.#lineOf())
    if (depth !== 3 || this.#data === undefined) return false
    if (name === 'location') this.#data.location = locationOf(attributes, this.#lineOf())
    this.#checksumType = attributes.type
    return texts.has(name)
  }

  close(name: string, text: string, depth: number): void {
    if (depth === 2 && this.#data !== undefined) this.#finish(this.#data)
    else if (depth === 3 && this.#data !== undefined) this.#take(this.#data, name, text)
  }

  #take(data: Unfinished, name: string, text: string): void {
    const line = this.#lineOf()
    if (text.trim() === '') return // some tools write what they do not know
    if (name === 'checksum') data.checksum = checksumOf(this.#checksumType, text, line)
    if (name === 'size') data.sizeBytes = bytesOf(text, line)
    if (name === 'open-checksum') data.openChecksum = checksumOf(this.#checksumType, text, line)
    if (name === 'open-size') data.openSizeBytes = bytesOf(text, line)
    if (name === 'header-checksum') data.headerChecksum = checksumOf(this.#checksumType, text, line)
    if (name === 'header-size') data.headerSizeBytes = bytesOf(text, line)
  }

  #finish(data: Unfinished): void {
    const { type, location, checksum } = data
    const missing = location === undefined ? 'location' : checksum === undefined ? 'checksum' : undefined
    if (type === undefined || location === undefined || checksum === undefined)
      throw new Malformed(`the data ${quote(type ?? '')} has no ${missing ?? 'type'}`, this.#lineOf())
    this.files.push({ ...data, type, location, checksum })
    this.#data = undefined
  }
}

function begin(type: string | undefined, line: number): Unfinished {
  if (type === undefined || type === '') throw new Malformed('a data has no type', line)
  if (type.length > maxTypeLength) throw new Malformed(`the type ${quote(type)} of a data is too long`, line)
  return {
    type,
    location: undefined,
    checksum: undefined,
    sizeBytes: undefined,
    openChecksum: undefined,
    openSizeBytes: undefined,
    headerChecksum: undefined,
    headerSizeBytes: undefined,
  }
}
