import type { SwarmDocument } from '@repocast/api'

export interface Point {
  readonly x: number
  readonly y: number
}

export const picture = { width: 760, height: 480 } as const
const center: Point = { x: picture.width / 2, y: picture.height / 2 }
const radius = { x: 230, y: 190 } as const

/** Where the nodes stand: the origin in the middle, all others around it. Pure. */
export function nodePlaces(count: number): Point[] {
  return Array.from({ length: count }, (_, k) => {
    if (k === 0) return center
    const angle = (2 * Math.PI * (k - 1)) / Math.max(1, count - 1) - Math.PI / 2
    return { x: center.x + radius.x * Math.cos(angle), y: center.y + radius.y * Math.sin(angle) }
  })
}

/** A bent line from one node to the edge of another, so that both directions can be told apart. Pure. */
export function edgePath(from: Point, to: Point, nodeRadius: number): string {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const length = Math.hypot(dx, dy) || 1
  const bend = Math.min(40, length / 6)
  const middle = { x: (from.x + to.x) / 2 - (dy / length) * bend, y: (from.y + to.y) / 2 + (dx / length) * bend }
  const [ex, ey] = [to.x - middle.x, to.y - middle.y]
  const rest = Math.hypot(ex, ey) || 1
  const end = { x: to.x - (ex / rest) * (nodeRadius + 5), y: to.y - (ey / rest) * (nodeRadius + 5) }
  return `M${round(from)}Q${round(middle)} ${round(end)}`
}

function round({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`
}

/** What a node took and gave, for the list beside the picture. */
export interface NodeSums {
  readonly fromOrigin: number
  readonly fromOthers: number
  readonly given: number
}

export function nodeSums({ nodes, edges }: Pick<SwarmDocument, 'nodes' | 'edges'>): NodeSums[] {
  const sum = (bytes: readonly number[]) => bytes.reduce((total, one) => total + one, 0)
  return nodes.map((_, place) => ({
    fromOrigin: sum(edges.filter(edge => edge.to === place && edge.from === 0).map(edge => edge.bytes)),
    fromOthers: sum(edges.filter(edge => edge.to === place && edge.from !== 0).map(edge => edge.bytes)),
    given: sum(edges.filter(edge => edge.from === place).map(edge => edge.bytes)),
  }))
}
