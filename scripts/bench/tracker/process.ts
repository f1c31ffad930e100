import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { residentBytesOf, usageOf } from '../usage.ts'

/** A tracker that runs. */
export class TrackerProcess {
  readonly port: number
  readonly #child: ChildProcess
  #output = ''

  constructor(command: readonly string[], port: number) {
    const [program = '', ...args] = command
    this.port = port
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.on('error', error => {
      this.#output += error.message
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-5000)
      })
    }
  }

  /** Until its port answers. @throws Error when it ends before */
  async ready(): Promise<void> {
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error(`the tracker ended:\n${this.#output}`)
      const socket = connect(this.port, '127.0.0.1')
      const isOpen = await once(socket, 'connect').then(
        () => true,
        () => false,
      )
      socket.destroy()
      if (isOpen) return
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }

  get cpuSeconds(): number {
    return usageOf(this.#child.pid ?? 0)?.cpuSeconds ?? 0
  }

  get residentBytes(): number {
    return residentBytesOf(this.#child.pid ?? 0)
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const impatient = setTimeout(() => this.#child.kill('SIGKILL'), 5000)
    await ended
    clearTimeout(impatient)
  }
}
