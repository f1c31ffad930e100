import { type Announced, Announcement, type Announcer } from './announcement.ts'
import { Gate } from './gate.ts'
import { TrackerLog } from './tracker-log.ts'

/** Announces under way at one tracker at a time. */
const parallelAnnounces = 4

/** One pack at all its trackers. */
export interface PackAnnouncements {
  now(): void
  completed(): void
  stop(): Promise<void>
}

/** All announcing of a swarm. Trackers over HTTP only; a tracker of another kind is passed over. */
export class Trackers {
  readonly #announcer: Announcer
  /** By host, since one tracker has many packs. */
  readonly #gates = new Map<string, Gate>()
  readonly #logs = new Map<string, TrackerLog>()

  constructor(announcer: Announcer) {
    this.#announcer = announcer
  }

  announce(announced: Announced, trackers: readonly string[]): PackAnnouncements {
    const each = [...new Set(trackers)].filter(isHttp).map(tracker => {
      const shared = { gate: this.#gate(new URL(tracker).host), told: this.#log(tracker) }
      return new Announcement(tracker, shared, announced, this.#announcer)
    })
    return {
      now() {
        for (const announcement of each) announcement.now()
      },
      completed() {
        for (const announcement of each) announcement.completed()
      },
      async stop() {
        await Promise.all(each.map(announcement => announcement.stop()))
      },
    }
  }

  #log(tracker: string): TrackerLog {
    const log = this.#logs.get(tracker) ?? new TrackerLog(tracker, this.#announcer.logger)
    this.#logs.set(tracker, log)
    return log
  }

  #gate(host: string): Gate {
    const gate = this.#gates.get(host) ?? new Gate(parallelAnnounces)
    this.#gates.set(host, gate)
    return gate
  }
}

function isHttp(tracker: string): boolean {
  return URL.canParse(tracker) && ['http:', 'https:'].includes(new URL(tracker).protocol)
}
