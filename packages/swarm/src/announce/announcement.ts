import { describeError, type Logger } from '@repocast/errors'
import type { InfoHash } from '@repocast/objects'
import type { Random } from '../picker/random.ts'
import type { Fetch } from '../webseed/fetch-range.ts'
import type { AnnounceEvent } from './announce-request.ts'
import type { AnnounceResponse } from './announce-response.ts'
import { askTracker } from './ask-tracker.ts'
import type { Gate } from './gate.ts'
import { secondsAfterAnswer, secondsAfterFailure } from './schedule.ts'
import type { TrackerLog } from './tracker-log.ts'

/** The pack that is announced. */
export interface Announced {
  readonly infoHash: InfoHash
  /** Bytes, see AnnounceRequest. */
  state(): {
    uploaded: number
    downloaded: number
    left: number
    peersWanted: number
    /** Whether nothing more is wanted, although not all is here. */
    isPartialSeed: boolean
    /** Whether pieces are missing; such announces go before others. */
    isUrgent: boolean
    /** Whether they are, and no peer is connected. */
    isHungry: boolean
  }
  /** `host:port` of peers that the tracker named, and how many lack something, as far as it said. */
  found(peers: readonly string[], leechers: number | undefined): void
}

/** Who we are to trackers. */
export interface Announcer {
  readonly peerId: string
  readonly port: number
  readonly address: string | undefined
  readonly key: string
  readonly random: Random
  readonly fetch: Fetch
  readonly logger: Logger
}

const answerMs = 20_000
const farewellMs = 3000

/** Keeps one pack announced at one tracker. Nothing that a tracker does throws or rejects out of here. */
export class Announcement {
  readonly #announced: Announced
  readonly #announcer: Announcer
  readonly #tracker: string
  readonly #gate: Gate
  readonly #told: TrackerLog
  readonly #end = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #isAsking = false
  #isAgain = false
  #isKnown = false
  #isCompleted = false
  #failures = 0
  #trackerId: string | undefined

  constructor(
    tracker: string,
    shared: { readonly gate: Gate; readonly told: TrackerLog },
    announced: Announced,
    announcer: Announcer,
  ) {
    this.#tracker = tracker
    this.#gate = shared.gate
    this.#told = shared.told
    this.#announced = announced
    this.#announcer = announcer
    this.#in(0)
  }

  /** Announces now: peers are needed, or something is to be told. */
  now(): void {
    if (this.#isAsking) this.#isAgain = true
    else this.#in(0)
  }

  /** This run has completed the pack. */
  completed(): void {
    this.#isCompleted = true
    this.now()
  }

  /** Takes leave of the tracker, if it knows us. Takes a few seconds at most. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    const wasKnown = this.#isKnown
    this.#end.abort(new Error('stopped'))
    if (!wasKnown) return
    const signal = AbortSignal.timeout(farewellMs) // runs while the gate is waited for, too
    try {
      await this.#gate.run(() => this.#ask('stopped', farewellMs, signal), false)
    } catch (error) {
      this.#log('debug', error, 'a tracker was not told that we leave')
    }
  }

  #in(seconds: number): void {
    clearTimeout(this.#timer)
    if (this.#end.signal.aborted || seconds === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(() => void this.#announce(), seconds * 1000)
    this.#timer.unref()
  }

  /** Never rejects. */
  async #announce(): Promise<void> {
    this.#isAsking = true
    let seconds: number
    try {
      const { isUrgent } = this.#announced.state()
      const event = this.#event
      const ask = () => this.#ask(event, answerMs, this.#end.signal)
      seconds = this.#take(await this.#gate.run(ask, isUrgent), event)
    } catch (error) {
      if (!this.#end.signal.aborted) this.#told.failed(error)
      seconds = this.#fail(undefined)
    }
    this.#isAsking = false
    const isAgain = this.#isAgain || (this.#isCompleted && this.#failures === 0)
    this.#isAgain = false
    this.#in(isAgain && this.#failures === 0 ? 0 : seconds)
  }

  /** A tracker has to know us before it is told anything else. */
  get #event(): AnnounceEvent | undefined {
    if (!this.#isKnown) return 'started'
    if (this.#isCompleted) return 'completed'
    return this.#announced.state().isPartialSeed ? 'paused' : undefined
  }

  #ask(event: AnnounceEvent | undefined, timeoutMs: number, signal: AbortSignal): Promise<AnnounceResponse> {
    const { peerId, port, address, key, fetch } = this.#announcer
    const { infoHash } = this.#announced
    const { uploaded, downloaded, left, peersWanted } = this.#announced.state()
    const trackerId = this.#trackerId
    const amounts = { uploaded, downloaded, left, peersWanted: event === 'stopped' ? 0 : peersWanted }
    return askTracker(
      this.#tracker,
      { infoHash, peerId, port, address, key, event, trackerId, ...amounts },
      { fetch, timeoutMs, signal },
    )
  }

  /** @returns seconds until the next announce */
  #take(answer: AnnounceResponse, event: AnnounceEvent | undefined): number {
    if (answer.failure !== undefined) {
      this.#told.answered()
      this.#log(this.#failures === 0 ? 'warn' : 'debug', answer.failure, 'a tracker refuses a pack')
      return this.#fail(answer.retrySeconds)
    }
    this.#told.answered()
    if (answer.warning !== undefined) this.#log('warn', answer.warning, 'a tracker warns')
    this.#failures = 0
    this.#isKnown = true
    this.#trackerId = answer.trackerId ?? this.#trackerId
    if (event === 'completed') this.#isCompleted = false
    if (!this.#end.signal.aborted && answer.peers.length > 0) this.#announced.found(answer.peers, answer.leechers)
    const { isHungry } = this.#announced.state()
    return secondsAfterAnswer(answer, { isHungry, random: this.#announcer.random })
  }

  #fail(retrySeconds: number | undefined): number {
    if (this.#end.signal.aborted) return Number.POSITIVE_INFINITY
    this.#failures += 1
    return secondsAfterFailure(this.#failures, retrySeconds, this.#announcer.random)
  }

  #fields(): object {
    return { tracker: this.#tracker, infoHash: this.#announced.infoHash }
  }

  #log(level: 'debug' | 'warn', error: unknown, message: string): void {
    this.#announcer.logger[level]({ ...this.#fields(), error: describeError(error) }, message)
  }
}
