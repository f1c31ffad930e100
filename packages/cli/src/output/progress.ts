import { countOf, formatBytes, formatDuration } from '@repocast/daemon'
import { MultiBar, Presets, type SingleBar } from 'cli-progress'
import { RateEstimate } from './rate.ts'
import type { Terminal } from './terminal.ts'

/** How far something is, in bytes or files. */
export interface Progress {
  /** What it is, for example the name of a repository. */
  readonly name: string
  /** What is being done to it. */
  readonly step: string
  readonly done: number
  /** 0 while it is not known. */
  readonly total: number
  /** Default: bytes. */
  readonly unit?: 'bytes' | 'files'
}

/** Shows progress as the place it is shown in likes it. `stop` it. */
export interface ProgressView {
  show(progress: Progress): void
  stop(): void
}

/** Seconds between two plain lines about the same step. */
const lineSeconds = 5

/** Bars in a terminal, lines of JSON with --json, plain lines now and then elsewhere. */
export function createProgressView(terminal: Terminal, seconds: () => number): ProgressView {
  if (terminal.isJson) return new Lines(seconds, progress => terminal.value({ progress }), 0.3)
  if (terminal.isInteractive) return new Bars(seconds)
  return new Lines(seconds, progress => terminal.line(progressText(progress)), lineSeconds)
}

function progressText({ name, step, done, total, unit }: Progress): string {
  const share = total > 0 ? `${Math.floor((100 * done) / total)} % of ${amount(total, unit)}` : amount(done, unit)
  return `${name}: ${step}, ${share}`
}

function amount(value: number, unit: Progress['unit']): string {
  return unit === 'files' ? countOf(Math.round(value), 'file') : formatBytes(value)
}

class Lines implements ProgressView {
  readonly #seconds: () => number
  readonly #write: (progress: Progress) => void
  readonly #every: number
  readonly #shown = new Map<string, { readonly step: string; readonly seconds: number }>()

  constructor(seconds: () => number, write: (progress: Progress) => void, every: number) {
    this.#seconds = seconds
    this.#write = write
    this.#every = every
  }

  show(progress: Progress): void {
    const last = this.#shown.get(progress.name)
    const seconds = this.#seconds()
    if (last?.step === progress.step && seconds - last.seconds < this.#every) return
    this.#shown.set(progress.name, { step: progress.step, seconds })
    this.#write(progress)
  }

  stop(): void {}
}

const format = '{name} {step} [{bar}] {share} {size} {rate} {left}'

class Bars implements ProgressView {
  readonly #seconds: () => number
  readonly #bars = new Map<string, { readonly bar: SingleBar; readonly estimate: RateEstimate; step: string }>()
  readonly #multi = new MultiBar(
    { format, hideCursor: true, clearOnComplete: true, barsize: 24, stream: process.stderr, emptyOnZero: true },
    Presets.shades_classic,
  )

  constructor(seconds: () => number) {
    this.#seconds = seconds
  }

  show({ name, step, done, total, unit }: Progress): void {
    const shown = this.#bars.get(name)
    const isNewStep = shown?.step !== step
    const estimate = isNewStep ? new RateEstimate() : shown.estimate
    estimate.add(this.#seconds(), done)
    const left = total > 0 ? estimate.secondsLeft(total) : undefined
    const known = Math.max(total, 1)
    const payload = {
      share: (total > 0 ? `${Math.floor((100 * Math.min(done, total)) / total)} %` : '').padEnd(5),
      name: name.padEnd(16),
      step: step.padEnd(9),
      size: (total > 0 ? `${amount(done, unit)} of ${amount(total, unit)}` : amount(done, unit)).padEnd(24),
      rate: `${amount(estimate.rate, unit)}/s`.padEnd(12),
      left: left === undefined ? '' : `${formatDuration(left)} left`,
    }
    const bar = shown?.bar ?? this.#multi.create(known, 0, payload)
    bar.setTotal(known)
    bar.update(total > 0 ? Math.min(done, total) : 0, payload)
    this.#bars.set(name, { bar, estimate, step })
  }

  stop(): void {
    this.#multi.stop()
  }
}
