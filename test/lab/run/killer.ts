import { seededRandom } from '../random.ts'
import type { LabProcess } from './process.ts'

/** One run of the operation that is to be killed. */
export interface KillRun {
  readonly process: LabProcess
  /** When the interesting part begins; the clock starts there. Default: at once. */
  readonly begun?: Promise<unknown>
  /** When it is over, for a process that stays. Default: when the process ends. */
  readonly done?: Promise<unknown>
}

export interface KillExperiment {
  /** Kills to make; their moments are spread evenly over the time that the operation takes, one in each stretch. */
  readonly kills: number
  /** Phases that must be hit: further rounds of kills are made, up to four in all, until each was. Default: none. */
  readonly phases?: readonly string[]
  readonly seed: number
  /** Brings the world back to where the operation has everything to do; before the measuring run and each kill. */
  reset(): Promise<void>
  /** Starts the operation. */
  start(): Promise<KillRun>
  /**
   * Which phase the kill has hit, told after it from the log, the disk, or both. It is not asked when the
   * operation was over before its kill: that is the phase `finished`.
   */
  phase(process: LabProcess): string | Promise<string>
  /** What must hold after each kill: the place for assertions, and for the next start that goes on. */
  afterKill(kill: Kill): Promise<void>
}

/** A kill that was made. */
export interface Kill {
  readonly number: number
  readonly afterMilliseconds: number
  readonly phase: string
}

export interface KillReport {
  /** How long the operation takes undisturbed. */
  readonly milliseconds: number
  readonly kills: readonly Kill[]
  /** How many kills hit each phase. */
  readonly byPhase: Readonly<Record<string, number>>
}

/** The phase of a kill that came too late. */
export const finished = 'finished'

const rounds = 4

/**
 * Measures how long an operation takes, then kills it with SIGKILL at random moments all over that time.
 * @throws Error when a phase that must be hit never was: then the experiment proves nothing about it
 */
export async function killAtRandomMoments(experiment: KillExperiment): Promise<KillReport> {
  const milliseconds = await measure(experiment)
  const kills: Kill[] = []
  const byPhase: Record<string, number> = {}
  const missed = (): string[] => (experiment.phases ?? []).filter(phase => !byPhase[phase])
  const moments = Array.from({ length: rounds }, (_, round) =>
    killMoments(experiment.kills, milliseconds, experiment.seed + round),
  ).flat()
  for (const afterMilliseconds of moments) {
    if (kills.length >= experiment.kills && missed().length === 0) break
    await experiment.reset()
    const { process, begun, done = process.ended } = await experiment.start()
    await begun
    const inTime = await Promise.race([sleep(afterMilliseconds).then(() => true), done.then(() => false)])
    await process.kill()
    const phase = inTime ? await experiment.phase(process) : finished
    const kill = { number: kills.length + 1, afterMilliseconds: Math.round(afterMilliseconds), phase }
    kills.push(kill)
    byPhase[phase] = (byPhase[phase] ?? 0) + 1
    await experiment.afterKill(kill)
  }
  if (missed().length > 0) {
    const counts = Object.entries(byPhase).map(([phase, count]) => `${phase} ${count}`)
    throw new Error(`no kill hit ${missed().join(', ')} (hit were: ${counts.join(', ')}); make more kills`)
  }
  return { milliseconds, kills, byPhase }
}

/** Moments in [0, duration), one in each of `count` equal stretches, in a random order. */
export function killMoments(count: number, duration: number, seed: number): number[] {
  const random = seededRandom(seed)
  const stretch = duration / count
  return random.shuffled(Array.from({ length: count }, (_, k) => (k + random.next()) * stretch))
}

async function measure(experiment: KillExperiment): Promise<number> {
  await experiment.reset()
  const { process, begun, done = process.ended } = await experiment.start()
  await begun
  const start = performance.now()
  await done
  const milliseconds = performance.now() - start
  await process.kill()
  return milliseconds
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}
