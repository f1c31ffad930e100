import type { SwarmDocument, SwarmEdge, SwarmNode } from '@repocast/api'
import { useNarrow } from '../page/use-narrow.ts'
import { amount, bytesText } from '../words/quantities.ts'
import { edgePath, nodePlaces, type Point, picture } from './swarm-layout.ts'

/** More lines are a tangle. */
const maxEdges = 120
const nodeRadius = 9
const ring = 2 * Math.PI * nodeRadius

/** What of the picture is drawn where names would be too small to read. */
const nodesOnly = '130 30 500 420'

interface SwarmPictureProps {
  readonly swarm: SwarmDocument
  /** Node whose lines stand out. */
  readonly chosen: number | undefined
}

/** The swarm as a picture: the origin in the middle, rings that close as mirrors get complete, lines for bytes. */
export function SwarmPicture({ swarm: { nodes, edges }, chosen }: SwarmPictureProps) {
  const isNarrow = useNarrow()
  const places = nodePlaces(nodes.length)
  const drawn = [...edges].sort((a, b) => b.bytes - a.bytes).slice(0, maxEdges)
  const most = drawn[0]?.bytes ?? 1
  return (
    <svg
      class="swarm"
      viewBox={isNarrow ? nodesOnly : `0 0 ${picture.width} ${picture.height}`}
      role="img"
      aria-label={`${amount(nodes.length, 'peer')}, ${amount(edges.length, 'connection')} over which bytes went; the table below tells the same`}
    >
      <defs>
        <Arrow id="arrow-accent" kind="accent" />
        <Arrow id="arrow-second" kind="second" />
      </defs>
      {drawn.map(edge => (
        <Edge key={`${edge.from} ${edge.to}`} edge={edge} places={places} most={most} nodes={nodes} chosen={chosen} />
      ))}
      {nodes.map((node, place) => (
        <Node key={place} node={node} at={places[place] ?? { x: 0, y: 0 }} isOrigin={place === 0} />
      ))}
    </svg>
  )
}

function Arrow({ id, kind }: { readonly id: string; readonly kind: string }) {
  return (
    <marker
      id={id}
      viewBox="0 0 8 8"
      refX="4"
      refY="4"
      markerWidth="9"
      markerHeight="9"
      markerUnits="userSpaceOnUse"
      orient="auto"
    >
      <path class={`tip-${kind}`} d="M0 0L8 4L0 8z" />
    </marker>
  )
}

interface EdgeProps {
  readonly edge: SwarmEdge
  readonly places: readonly Point[]
  readonly most: number
  readonly nodes: readonly SwarmNode[]
  readonly chosen: number | undefined
}

function Edge({ edge: { from, to, bytes }, places, most, nodes, chosen }: EdgeProps) {
  const [a, b] = [places[from], places[to]]
  if (!a || !b) return null
  const kind = from === 0 ? 'second' : 'accent'
  const isFaint = chosen !== undefined && from !== chosen && to !== chosen
  return (
    <path
      class={`edge ${kind}${isFaint ? ' faint' : ''}`}
      d={edgePath(a, b, nodeRadius)}
      stroke-width={0.75 + 4 * Math.sqrt(bytes / most)}
      marker-end={`url(#arrow-${kind})`}
    >
      <title>{`${nodes[from]?.name} gave ${nodes[to]?.name} ${bytesText(bytes)}`}</title>
    </path>
  )
}

interface NodeProps {
  readonly node: SwarmNode
  readonly at: Point
  readonly isOrigin: boolean
}

function Node({ node: { kind, name, held }, at, isOrigin }: NodeProps) {
  const side = at.x < picture.width / 2 - 1 ? 'end' : at.x > picture.width / 2 + 1 ? 'start' : 'middle'
  const label =
    side === 'start'
      ? { x: 16, y: 4 }
      : side === 'end'
        ? { x: -16, y: 4 }
        : { x: 0, y: isOrigin || at.y > picture.height / 2 ? 26 : -16 }
  return (
    <g class={`node ${kind}`} transform={`translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`}>
      <circle class="whole" r={nodeRadius} />
      {held !== null && (
        <circle
          class="held"
          r={nodeRadius}
          stroke-dasharray={`${(ring * held).toFixed(1)} ${ring.toFixed(1)}`}
          transform="rotate(-90)"
        />
      )}
      <text {...label} text-anchor={side}>
        {name.length > 20 ? `${name.slice(0, 19)}…` : name}
      </text>
      <title>{held === null ? name : `${name}, has ${Math.floor(100 * held)} %`}</title>
    </g>
  )
}
