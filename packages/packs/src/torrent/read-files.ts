import { maxTreeBytes } from '@repocast/objects'
import { BencodeReader, type Span } from '../bencode/reader.ts'
import { malformed } from '../malformed.ts'
import { FileTable } from '../pack/file-table.ts'
import { idBytes, idMark } from './layout.ts'
import { checkPath } from './path-rules.ts'

const fileMark = Buffer.from('d6:length')
const pathMark = Buffer.from('4:pathl')

/** Bytes of the shortest entry of a file list. */
const shortestFile = 'd6:lengthi1e4:pathl1:ae6:sha25632:e'.length + idBytes

/**
 * The file list at `span` of an info dictionary, each entry in the one form that we write.
 * @throws RepocastError REPOCAST_PACK_MALFORMED, REPOCAST_PACK_UNSAFE_PATH
 */
export function readFileTable(infoBytes: Buffer, span: Span): FileTable {
  const most = Math.ceil((span.end - span.start) / shortestFile)
  const offsets = new Float64Array(most + 1)
  const pathStarts = new Uint32Array(most)
  const idStarts = new Uint32Array(most)
  if (infoBytes[span.start] !== 0x6c) throw malformed('`files` is not a list')
  const reader = new BencodeReader(infoBytes, span.start + 1)
  let [count, offset] = [0, 0]
  for (; !reader.takeEnd(); count += 1) {
    if (!reader.take(fileMark)) throw notAFile(count)
    const length = reader.integer()
    if (!reader.take(pathMark)) throw notAFile(count)
    const pathStart = reader.position
    while (infoBytes[reader.position] !== 0x65) reader.string()
    const pathEnd = reader.position
    if (!reader.take(idMark)) throw notAFile(count)
    const idStart = reader.position
    reader.position += idBytes
    if (!reader.takeEnd()) throw notAFile(count)
    const isTree = checkPath(infoBytes, { start: pathStart, end: pathEnd }, idStart, count)
    if (length <= 0 || (isTree && length > maxTreeBytes)) throw malformed(`file ${count} has ${length} bytes`)
    offset += length
    if (!Number.isSafeInteger(offset)) throw malformed('its files are larger than any disk')
    pathStarts[count] = pathStart
    idStarts[count] = idStart
    offsets[count + 1] = offset
  }
  if (count === 0) throw malformed('it has no files')
  return new FileTable({
    infoBytes,
    offsets: offsets.slice(0, count + 1),
    pathStarts: pathStarts.slice(0, count),
    idStarts: idStarts.slice(0, count),
  })
}

function notAFile(index: number): Error {
  return malformed(`file ${index} is not {length, path, sha256}`)
}
