import type { NotificationEvent, NotificationType } from '@repocast/api'
import { newMessageId } from '@repocast/daemon'
import { type Database, dataVersion, openDatabase } from '@repocast/database'
import type { Subscription } from './configuration.ts'

const applicationId = 0x7263_6e6f // "rcno"

/** Events of one type that wait for one webhook, at most; of more, the oldest are lost. */
const maxWaiting = 1000

/** An event that is to be told to a webhook. */
export interface Delivery {
  readonly id: number
  readonly message: string
  readonly type: NotificationType
  /** Milliseconds since 1970. */
  readonly created: number
  readonly body: string
  /** Requests that have failed. */
  readonly failures: number
  /** Not before, milliseconds since 1970. */
  readonly next: number
}

/** How a webhook does. */
export interface WebhookTotals {
  /** Events that wait. */
  readonly waiting: number
  /** When the oldest of them happened, milliseconds since 1970. */
  readonly oldest: number | null
  /** How the last request of the first of them failed. */
  readonly why: string | null
  /** Requests, ever. */
  readonly accepted: number
  readonly failed: number
  /** Events that were given up, ever. */
  readonly lost: number
}

export interface OutboxOptions {
  readonly path: string
  /** Address of the origin. */
  readonly origin: string
  readonly subscriptions: readonly Subscription[]
  readonly clock: () => Date
}

/**
 * What webhooks are to be told, in a database that several processes write: what was added is told, whoever is killed
 * then. `close` it.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #database: Database
  readonly #statements
  #added = 0

  constructor(options: OutboxOptions) {
    this.#options = options
    const migrations = new URL('../../sql/notifications/', import.meta.url)
    this.#database = openDatabase(options.path, { applicationId, migrations })
    const prepare = this.#database.prepare.bind(this.#database)
    this.#statements = {
      add: prepare('INSERT INTO deliveries (webhook, message, type, created, body) VALUES (?, ?, ?, ?, ?)'),
      waiting: prepare('SELECT COUNT(*) FROM deliveries WHERE webhook = ? AND type = ?').pluck(),
      dropOldest: prepare(
        'DELETE FROM deliveries WHERE id = (SELECT MIN(id) FROM deliveries WHERE webhook = ? AND type = ?)',
      ),
      // what comes behind one that holds waits with it
      next: prepare(
        `SELECT id, message, type, created, body, failures, next FROM deliveries
          WHERE webhook = @webhook AND id <=
            COALESCE((SELECT MIN(id) FROM deliveries WHERE webhook = @webhook AND holds), 0x7fffffffffffffff)
          ORDER BY MAX(next, @now), id LIMIT 1`,
      ),
      failed: prepare('UPDATE deliveries SET failures = failures + 1, next = ?, holds = ?, why = ? WHERE id = ?'),
      remove: prepare('DELETE FROM deliveries WHERE id = ?'),
      count: prepare('INSERT INTO totals VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1'),
      totals: prepare(
        `SELECT (SELECT COUNT(*) FROM deliveries WHERE webhook = @key) AS waiting,
          (SELECT MIN(created) FROM deliveries WHERE webhook = @key) AS oldest,
          (SELECT why FROM deliveries WHERE webhook = @key AND why IS NOT NULL ORDER BY id LIMIT 1) AS why,
          COALESCE((SELECT count FROM totals WHERE webhook = @key AND result = 'accepted'), 0) AS accepted,
          COALESCE((SELECT count FROM totals WHERE webhook = @key AND result = 'failed'), 0) AS failed,
          COALESCE((SELECT count FROM totals WHERE webhook = @key AND result = 'lost'), 0) AS lost`,
      ),
      episode: prepare('SELECT detail FROM episodes WHERE key = ?').pluck(),
      episodes: prepare('SELECT key FROM episodes').pluck(),
      begin: prepare('INSERT OR REPLACE INTO episodes VALUES (?, ?)'),
      end: prepare('DELETE FROM episodes WHERE key = ?'),
      told: prepare('SELECT serial FROM told WHERE repository = ?').pluck(),
      tell: prepare('INSERT OR REPLACE INTO told VALUES (?, ?)'),
    }
  }

  /** All that `write` does is done, or nothing. */
  atOnce(write: () => void): void {
    this.#database.transaction(write).immediate()
  }

  /** Adds an event for everybody who is to be told. */
  add(event: NotificationEvent): void {
    const { clock, subscriptions } = this.#options
    const now = clock()
    const message = newMessageId()
    const body = bodyOf(event, this.#options.origin, now)
    this.#added += 1
    this.atOnce(() => {
      for (const subscription of subscriptions.filter(one => isToldOf(one, event))) {
        const { key } = subscription
        if (Number(this.#statements.waiting.get(key, event.type)) >= maxWaiting) {
          this.#statements.dropOldest.run(key, event.type)
          this.#statements.count.run(key, 'lost')
        }
        this.#statements.add.run(key, message, event.type, now.getTime(), body)
      }
    })
  }

  /** Another number when something may have been added, by whomever. Asking costs nothing. */
  get version(): number {
    return dataVersion(this.#database) + this.#added
  }

  /** What a webhook is to be told next, from the time `next` on. */
  next(webhook: string): Delivery | undefined {
    const now = this.#options.clock().getTime()
    return this.#statements.next.get({ webhook, now }) as Delivery | undefined
  }

  accepted(webhook: string, { id }: Delivery): void {
    this.atOnce(() => {
      this.#statements.remove.run(id)
      this.#statements.count.run(webhook, 'accepted')
    })
  }

  /** Keeps the failure of a request. `next`: not before; `holds`: what comes behind it waits, too. */
  failed(
    webhook: string,
    { id }: Delivery,
    { next, holds, why }: { readonly next: Date; readonly holds: boolean; readonly why: string },
  ): void {
    this.atOnce(() => {
      this.#statements.failed.run(next.getTime(), Number(holds), why, id)
      this.#statements.count.run(webhook, 'failed')
    })
  }

  /** As `failed`, and it is not tried again. */
  givenUp(webhook: string, { id }: Delivery): void {
    this.atOnce(() => {
      this.#statements.remove.run(id)
      for (const result of ['failed', 'lost']) this.#statements.count.run(webhook, result)
    })
  }

  /** Forgets what was for webhooks that are not in the configuration any more. */
  forgetOthers(): void {
    const keys = JSON.stringify(this.#options.subscriptions.map(({ key }) => key))
    for (const table of ['deliveries', 'totals']) {
      this.#database.prepare(`DELETE FROM ${table} WHERE webhook NOT IN (SELECT value FROM json_each(?))`).run(keys)
    }
  }

  totals(key: string): WebhookTotals {
    return this.#statements.totals.get({ key }) as WebhookTotals
  }

  /** What tells the episode that is open under `key` from the next; undefined when none is open. */
  episode(key: string): string | undefined {
    return this.#statements.episode.get(key) as string | undefined
  }

  /** Keys of all open episodes. */
  episodes(): Set<string> {
    return new Set(this.#statements.episodes.all() as string[])
  }

  begin(key: string, detail = ''): void {
    this.#statements.begin.run(key, detail)
  }

  end(key: string): void {
    this.#statements.end.run(key)
  }

  /** Up to which serial the publishes of a repository were told. */
  told(repository: string): number | undefined {
    return this.#statements.told.get(repository) as number | undefined
  }

  setTold(repository: string, serial: number): void {
    this.#statements.tell.run(repository, serial)
  }

  close(): void {
    this.#database.close()
  }
}

/** The body of an event: what `Notification` of the api says. */
export function bodyOf({ type, text, data }: NotificationEvent, origin: string, now: Date): string {
  return JSON.stringify({ type, version: 1, timestamp: now.toISOString(), origin, text, data })
}

function isToldOf({ events, repositories }: Subscription, { type, data }: NotificationEvent): boolean {
  if (!events.has(type)) return false
  return repositories === undefined || !('repository' in data) || repositories.has(data.repository)
}
