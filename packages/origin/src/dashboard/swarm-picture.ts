import type { PackReport, SwarmDocument, SwarmEdge, SwarmNode } from '@repocast/api'
import { clientName } from './client-name.ts'

/** More than these are no picture any more. */
const maxNodes = 40
/** Runs of pieces that are told apart. */
const maxRuns = 200

/** What a mirror tells of a pack. */
export interface HolderReport {
  readonly id: string
  readonly name: string
  readonly peerId: string
  readonly report: PackReport
}

/** A connection of the origin about the pack. */
export interface OriginPeer {
  readonly peerId: string
  readonly uploadedBytes: number
  readonly downloadedBytes: number
  readonly isSeeder: boolean
}

export interface SwarmSources {
  readonly pieces: number
  readonly originPeerId: string
  readonly originPeers: readonly OriginPeer[]
  /** Mirrors in whose last report the pack moves. */
  readonly reports: readonly HolderReport[]
  /** Mirrors that serve a snapshot with the pack and do not move it. */
  readonly resting: number
}

type Picture = Pick<SwarmDocument, 'nodes' | 'edges' | 'othersCount' | 'copies'>

/** Who gives a pack to whom, and which of its pieces are rare. Pure. */
export function swarmPicture(sources: SwarmSources): Picture {
  const { pieces, originPeerId, originPeers, reports, resting } = sources
  const nodes = new Map<string, SwarmNode>()
  nodes.set(originPeerId, { kind: 'origin', name: 'origin', mirrorId: null, held: 1 })
  for (const { id, name, peerId, report } of reports) {
    nodes.set(peerId, { kind: 'mirror', name, mirrorId: id, held: heldShare(report, pieces) })
  }
  const moved = new Map<string, { from: string; to: string; bytes: number }>()
  const move = (from: string, to: string, bytes: number): void => {
    if (bytes === 0) return
    for (const peerId of [from, to]) if (!nodes.has(peerId)) nodes.set(peerId, stranger(peerId))
    // The origin's own count and a mirror's report tell of the same bytes.
    const known = moved.get(`${from} ${to}`)
    moved.set(`${from} ${to}`, { from, to, bytes: Math.max(bytes, known?.bytes ?? 0) })
  }
  for (const { peerId, report } of reports) {
    for (const received of report.received) move(received.peerId, peerId, received.bytes)
    const fromOrigin = report.received.find(received => received.peerId === originPeerId)?.bytes ?? 0
    move(originPeerId, peerId, fromOrigin + report.webSeedBytes)
  }
  for (const { peerId, uploadedBytes, downloadedBytes, isSeeder } of originPeers) {
    if (!nodes.has(peerId)) nodes.set(peerId, { ...stranger(peerId), held: isSeeder ? 1 : null })
    move(originPeerId, peerId, uploadedBytes)
    move(peerId, originPeerId, downloadedBytes)
  }
  const { kept, places } = busiest(nodes, [...moved.values()], originPeerId)
  return {
    nodes: kept,
    edges: [...moved.values()].flatMap(({ from, to, bytes }): SwarmEdge[] => {
      const [a, b] = [places.get(from), places.get(to)]
      return a === undefined || b === undefined ? [] : [{ from: a, to: b, bytes }]
    }),
    othersCount: resting + nodes.size - kept.length,
    copies: copiesOf(pieces, reports, resting),
  }
}

function stranger(peerId: string): SwarmNode {
  return { kind: 'client', name: clientName(peerId), mirrorId: null, held: null }
}

function busiest(
  nodes: ReadonlyMap<string, SwarmNode>,
  moved: readonly { readonly from: string; readonly to: string; readonly bytes: number }[],
  originPeerId: string,
): { kept: SwarmNode[]; places: Map<string, number> } {
  const load = new Map<string, number>([[originPeerId, Number.POSITIVE_INFINITY]])
  for (const { from, to, bytes } of moved) {
    load.set(from, (load.get(from) ?? 0) + bytes)
    load.set(to, (load.get(to) ?? 0) + bytes)
  }
  const order = [...nodes].sort(([a], [b]) => (load.get(b) ?? 0) - (load.get(a) ?? 0)).slice(0, maxNodes)
  return { kept: order.map(([, node]) => node), places: new Map(order.map(([peerId], place) => [peerId, place])) }
}

function heldShare({ pieces: bits }: PackReport, pieces: number): number {
  if (bits === 'all') return 1
  const bytes = Buffer.from(bits, 'base64')
  let held = 0
  for (let piece = 0; piece < pieces; piece += 1) if (hasPiece(bytes, piece)) held += 1
  return pieces === 0 ? 1 : held / pieces
}

/** How many have the rarest piece of each run of pieces. */
function copiesOf(pieces: number, reports: readonly HolderReport[], resting: number): SwarmDocument['copies'] {
  const complete = 1 + resting + reports.filter(({ report }) => report.pieces === 'all').length
  const partial = reports.flatMap(({ report }) =>
    report.pieces === 'all' ? [] : [Buffer.from(report.pieces, 'base64')],
  )
  const runs = Math.min(maxRuns, pieces)
  const fewest = Array.from({ length: runs }, (_, run) => {
    let rarest = Number.POSITIVE_INFINITY
    const end = Math.floor(((run + 1) * pieces) / runs)
    for (let piece = Math.floor((run * pieces) / runs); piece < end; piece += 1) {
      rarest = Math.min(rarest, partial.filter(bits => hasPiece(bits, piece)).length)
    }
    return complete + rarest
  })
  return { holders: complete + partial.length, fewest }
}

function hasPiece(bits: Uint8Array, piece: number): boolean {
  return ((bits[piece >> 3] ?? 0) & (0x80 >> (piece & 7))) !== 0
}
