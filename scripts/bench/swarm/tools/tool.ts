import type { Hosts } from '../../lab/hosts.ts'

/** Where one tool works in one run. */
export interface Stage {
  readonly hosts: Hosts
  /** Directory of the run; `mirror(k)` lies in it. */
  readonly directory: string
  /** The tree that is distributed. */
  readonly source: string
  /** Mirrors are hosts 1 to this. */
  readonly mirrors: number
}

/** A way to bring a tree to mirrors. */
export interface Tool {
  readonly name: string
  /** What the origin does before the time starts to count. */
  prepare(): Promise<void>
  /** Has mirrors begin; the time counts from here, or from its end where the mirrors wait for an event. */
  begin(): Promise<void>
  /** Starts one mirror again after it was killed. */
  restart(mirror: number): void
  /** Whether a mirror has all. Cheap: it is asked often. */
  isDone(mirror: number): boolean
  /** Directory with a mirror's copy. */
  copy(mirror: number): string
  /** Distributes what has changed in the source; as `begin`. */
  update(): Promise<void>
}

export type MakeTool = (stage: Stage) => Tool

/** Where mirror `k` keeps its things. */
export function mirrorDirectory({ directory }: Stage, mirror: number): string {
  return `${directory}/mirror-${mirror}`
}
