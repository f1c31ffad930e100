import {
  formatBytes,
  type PageColumn,
  pageLink,
  pageTableEnd,
  pageTableRow,
  pageTableStart,
  plainPageEnd,
  plainPageStart,
} from '@repocast/daemon'
import { decodeName, displayName } from '@repocast/objects'
import { encodeSegment } from './request-path.ts'

/** What a listing tells of an entry of a directory. */
export interface ListedEntry {
  /** Raw bytes. */
  readonly name: Buffer
  readonly isDirectory: boolean
  readonly size: number
  /** Seconds since 1970. */
  readonly mtime: number
}

const columns: readonly PageColumn[] = [
  { title: 'Name' },
  { title: 'Last modified' },
  { title: 'Size', isNumber: true },
]

/** The page of a directory, in parts: directories first, each in byte order of names. */
export function* renderListing(place: readonly Buffer[], entries: readonly ListedEntry[]): Generator<string> {
  const path = place.map(name => `/${shown(name)}`).join('')
  yield plainPageStart({ title: `Index of ${path}/` }) + pageTableStart(columns)
  yield pageTableRow(columns, [pageLink('../', '../'), '', ''])
  for (const entry of entries.toSorted(byKindAndName)) yield row(entry)
  yield pageTableEnd + plainPageEnd
}

function row({ name, isDirectory, size, mtime }: ListedEntry): string {
  const end = isDirectory ? '/' : ''
  const link = pageLink(encodeSegment(name) + end, shown(name) + end)
  return pageTableRow(columns, [link, shownTime(mtime), isDirectory ? '-' : formatBytes(size)])
}

function byKindAndName(a: ListedEntry, b: ListedEntry): number {
  return Number(b.isDirectory) - Number(a.isDirectory) || Buffer.compare(a.name, b.name)
}

function shown(name: Buffer): string {
  return displayName(decodeName(name))
}

/** `2026-11-21 10:50`, UTC. A filesystem may hold times that no calendar has. */
function shownTime(seconds: number): string {
  const time = new Date(seconds * 1000)
  return Number.isNaN(time.getTime()) ? '' : time.toISOString().slice(0, 16).replace('T', ' ')
}
