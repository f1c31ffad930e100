import { seededRandom } from '../lab/random.ts'
import { type Layout, Node } from './agent.ts'
import { Host, type Line, Network, SiteLine } from './network.ts'

export interface Scenario {
  readonly bytes: number
  readonly pieceLength: number
  readonly origin: Line
  readonly mirrors: readonly Line[]
  readonly seed?: number
  /** Whether the origin hands pieces out; else it is asked like any peer. True by default. */
  readonly handsOut?: boolean
  /** Mirrors that one mirror is connected to, and mirrors that the origin is connected to; all by default. */
  readonly degree?: number
  readonly originDegree?: number
  /** The first mirrors are of one site and share this line, in bytes per second. */
  readonly site?: { readonly mirrors: number; readonly down: number; readonly isConfigured: boolean }
  /** Mirrors that stop at a time and start again later with what they had, in seconds. */
  readonly deaths?: readonly { readonly mirror: number; readonly at: number; readonly back: number }[]
  /** Seconds after which nobody waits any more. */
  readonly until?: number
}

export interface Outcome {
  /** What the fluid bound allows, in seconds (Kumar and Ross). */
  readonly ideal: number
  /** When each mirror had all, in seconds: first those that died, then the others, each sorted. */
  readonly done: readonly number[]
  /** Time of the last mirror, in units of the bound. */
  readonly ratio: number
  /** What the origin sent, in units of the data. */
  readonly originShare: number
  /** What came into the site, in units of the data. */
  readonly siteShare: number
  readonly seconds: number
}

export function line(upMbit: number, downMbit: number, roundTripMs: number): Line {
  return { up: upMbit * 125_000, down: downMbit * 125_000, delay: roundTripMs / 4000 }
}

export function same<T>(count: number, value: T): T[] {
  return new Array<T>(count).fill(value)
}

/** max(F/u_origin, F/d_min, M F/(u_origin + sum of u_mirrors)), in seconds. */
export function fluidBound(bytes: number, origin: Line, mirrors: readonly Line[]): number {
  const slowest = Math.min(...mirrors.map(({ down }) => down))
  const uplinks = mirrors.reduce((sum, { up }) => sum + up, origin.up)
  return Math.max(bytes / origin.up, bytes / slowest, (mirrors.length * bytes) / uplinks)
}

/** Distributes one pack from the origin to mirrors that all start with nothing. */
export function distribute(scenario: Scenario): Outcome {
  const { bytes, pieceLength, mirrors: lines, seed = 1, until = 3600 } = scenario
  const started = performance.now()
  const random = seededRandom(seed).next
  const network = new Network()
  const pieceCount = Math.ceil(bytes / pieceLength)
  const layout: Layout = { pieceCount, pieceBytes: piece => Math.min(pieceLength, bytes - piece * pieceLength) }
  const originHost = new Host(scenario.origin)
  const role = scenario.handsOut === false ? 'seeder' : 'origin'
  const origin = new Node(role, originHost, network, layout, random)
  const siteLine = scenario.site && new SiteLine(scenario.site.down)
  const mirrors = lines.map((each, k) => {
    const site = k < (scenario.site?.mirrors ?? 0) ? siteLine : undefined
    const node = new Node('agent', new Host(each, site), network, layout, random)
    node.knowsSite = scenario.site?.isConfigured ?? false
    return node
  })
  for (const pair of acquaintances(mirrors.length, scenario.degree ?? mirrors.length, random)) {
    const [a, b] = pair.map(k => mirrors[k])
    if (a && b) Node.connect(a, b)
  }
  for (const mirror of mirrors.slice(0, scenario.originDegree ?? mirrors.length)) Node.connect(origin, mirror)
  const mortal = new Set<Node>()
  for (const { mirror: k, at, back } of scenario.deaths ?? []) {
    const mirror = mirrors[k]
    if (mirror === undefined) continue
    mortal.add(mirror)
    network.after(at, () => mirror.die())
    network.after(back, () => {
      mirror.live()
      for (const other of [origin, ...mirrors]) if (other !== mirror && !other.host.isDown) Node.connect(other, mirror)
    })
  }
  network.run({ until, isDone: () => mirrors.every(({ missing }) => missing === 0) })
  const sorted = (nodes: readonly Node[]) => nodes.map(({ doneAt }) => doneAt).sort((a, b) => a - b)
  const done = [...sorted([...mortal]), ...sorted(mirrors.filter(mirror => !mortal.has(mirror)))]
  const ideal = fluidBound(bytes, scenario.origin, lines)
  return {
    ideal,
    done,
    ratio: Math.max(...done) / ideal,
    originShare: originHost.sentBytes / bytes,
    siteShare: (siteLine?.receivedBytes ?? 0) / bytes,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Pairs so that each of `count` knows about `degree` others. */
function acquaintances(count: number, degree: number, random: () => number): Set<readonly [number, number]> {
  const pairs = new Set<readonly [number, number]>()
  if (degree >= count - 1) {
    for (let a = 0; a < count; a += 1) for (let b = 0; b < a; b += 1) pairs.add([a, b])
    return pairs
  }
  const known = Array.from({ length: count }, () => new Set<number>())
  for (let a = 0; a < count; a += 1) {
    for (let tries = 0; (known[a]?.size ?? 0) < degree && tries < 4 * degree; tries += 1) {
      const b = Math.floor(random() * count)
      if (b === a || known[a]?.has(b) || (known[b]?.size ?? 0) >= degree) continue
      known[a]?.add(b)
      known[b]?.add(a)
      pairs.add([a, b])
    }
  }
  return pairs
}
