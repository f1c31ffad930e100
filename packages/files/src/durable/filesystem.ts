import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** The shell ends when it had nothing to do for so long. */
const idleMilliseconds = 10_000

/**
 * The filesystem that `directory` is on, to be made durable as a whole by syncfs(2). Node does not offer it, so coreutils'
 * `sync` does it; and a small shell starts that each time, since a process of Node pays for each fork with a copy of its
 * page tables. `close` it.
 */
export class Filesystem {
  readonly #directory: string
  #shell: SyncShell | undefined
  #idle: NodeJS.Timeout | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Everything that was written to the filesystem before is durable when this resolves with true; false when that cannot be had. */
  async sync(): Promise<boolean> {
    clearTimeout(this.#idle)
    if (this.#shell === undefined || this.#shell.hasEnded) this.#shell = new SyncShell(this.#directory)
    const isSynced = await this.#shell.sync()
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.close(), idleMilliseconds).unref()
    return isSynced
  }

  /** Ends the shell behind what it was asked for; the next `sync` starts another. */
  close(): void {
    clearTimeout(this.#idle)
    this.#shell?.end()
    this.#shell = undefined
  }
}

/** Answers each line with the exit code of a sync. */
const answering = 'while read -r _; do sync -f "$1" 2>/dev/null; echo $?; done'

class SyncShell {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #waiting: ((isSynced: boolean) => void)[] = []
  hasEnded = false

  constructor(directory: string) {
    // in a process group of its own, so that Ctrl-C in a terminal does not end it in the middle of a sync
    this.#process = spawn('sh', ['-c', answering, 'sh', directory], {
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    })
    const fail = (): void => {
      this.hasEnded = true
      for (const resolve of this.#waiting.splice(0)) resolve(false)
    }
    this.#process.on('error', fail)
    this.#process.on('close', fail)
    this.#process.stdin.on('error', fail)
    createInterface({ input: this.#process.stdout }).on('line', code => this.#waiting.shift()?.(code === '0'))
  }

  async sync(): Promise<boolean> {
    this.#hold(true)
    const isSynced = await new Promise<boolean>(resolve => {
      this.#waiting.push(resolve)
      this.#process.stdin.write('\n')
    })
    if (this.#waiting.length === 0) this.#hold(false)
    return isSynced
  }

  end(): void {
    this.#process.stdin.end()
  }

  /** Whether our process stays alive for what the shell will say. */
  #hold(isHeld: boolean): void {
    const { stdin, stdout } = this.#process
    for (const one of [this.#process, stdin, stdout]) {
      const handle = one as { ref?(): void; unref?(): void }
      if (isHeld) handle.ref?.()
      else handle.unref?.()
    }
  }
}
