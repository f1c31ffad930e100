import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describeError, type Logger } from '@repocast/errors'

/** Sends fields such as `READY=1` to the service manager. */
export type SendToService = (fields: readonly string[]) => Promise<void>

/** A status is told again at the earliest after this, in milliseconds. */
const statusMs = 5000

/**
 * Tells systemd how a service is, as sd_notify(3) describes: that it is ready, what it does, that it lives. Node has no
 * datagram sockets of the Unix domain, so systemd-notify(1) is started for each message; the unit needs
 * `NotifyAccess=all`, since that is another process than the main one.
 */
export class ServiceNotifier {
  readonly #send: SendToService
  readonly #logger: Logger
  readonly #timers: NodeJS.Timeout[] = []
  #last: Promise<void> = Promise.resolve()
  #isAlive = true
  #hasFailed = false
  #status = ''

  /** `watchdogMs`: the service manager ends a service that is silent for so long; undefined: it does not watch. */
  constructor(send: SendToService, watchdogMs: number | undefined, logger: Logger) {
    this.#send = send
    this.#logger = logger
    if (watchdogMs === undefined) return
    // from the event loop: where that hangs, nothing is sent
    this.#every(watchdogMs / 3, () => {
      if (!this.#isAlive) return
      this.#isAlive = false
      void this.#tell(['WATCHDOG=1']).then(() => {
        this.#isAlive = true
      })
    })
  }

  /** Says that it has started, and tells from now on what `status` says, when that changes. */
  ready(status: () => string): void {
    this.#status = status()
    void this.#tell(['READY=1', `STATUS=${this.#status}`])
    this.#every(statusMs, () => {
      const now = status()
      if (now === this.#status) return
      this.#status = now
      void this.#tell([`STATUS=${now}`])
    })
  }

  /** Says that `reload` begins, and when it has ended. @throws what `reload` throws */
  async reloading(reload: () => Promise<void>): Promise<void> {
    const microseconds = process.hrtime.bigint() / 1000n
    void this.#tell(['RELOADING=1', `MONOTONIC_USEC=${microseconds}`, 'STATUS=reads its configuration'])
    try {
      await reload()
    } finally {
      await this.#tell(['READY=1', `STATUS=${this.#status}`])
    }
  }

  /** Says that it ends. */
  async stopping(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.#tell(['STOPPING=1', 'STATUS=stops'])
  }

  #every(ms: number, act: () => void): void {
    const timer = setInterval(act, ms)
    timer.unref()
    this.#timers.push(timer)
  }

  /** One message after the other. Never rejects. */
  #tell(fields: readonly string[]): Promise<void> {
    this.#last = this.#last.then(async () => {
      try {
        await this.#send(fields)
      } catch (error) {
        if (!this.#hasFailed) this.#logger.error({ error: describeError(error) }, 'systemd cannot be told how it is')
        this.#hasFailed = true
      }
    })
    return this.#last
  }
}

/** The notifier of a process that systemd has started with `Type=notify`; undefined for any other. */
export function serviceNotifier(
  environment: Readonly<Record<string, string | undefined>>,
  logger: Logger,
): ServiceNotifier | undefined {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: microseconds, WATCHDOG_PID: watched } = environment
  if (socket === undefined || socket === '') return undefined
  const isWatched = microseconds !== undefined && (watched === undefined || watched === String(process.pid))
  const watchdogMs = isWatched ? Number(microseconds) / 1000 : Number.NaN
  const send = async (fields: readonly string[]) => await systemdNotify(socket, fields)
  return new ServiceNotifier(send, Number.isFinite(watchdogMs) ? watchdogMs : undefined, logger)
}

async function systemdNotify(socket: string, fields: readonly string[]): Promise<void> {
  const child = spawn('systemd-notify', [...fields], {
    stdio: 'ignore',
    env: { PATH: process.env.PATH, NOTIFY_SOCKET: socket },
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`systemd-notify ended with ${code}`)
}
