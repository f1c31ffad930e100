import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { explainDiskError } from '../disk-error.ts'
import type { FileDigest, FileRange, HashJob, HashReply, HashResult } from './job.ts'

interface Waiting {
  readonly job: HashJob
  readonly resolve: (result: HashResult) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  readonly underWay: Map<number, Waiting>
  hasAnswered: boolean
}

/** Requests that a thread holds at once, so that it never waits for the next one. */
const perThread = 2
// Under vitest the sources run as they are, elsewhere the built files.
const program = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)

/** Threads that read and hash files, so that the event loop does not. They start with the first job. */
export class HashPool {
  readonly #size: number
  readonly #threads: Thread[] = []
  readonly #queue: Waiting[] = []
  #number = 0
  #closed = false

  constructor({ threads = Math.min(availableParallelism(), 8) }: { readonly threads?: number } = {}) {
    this.#size = threads
  }

  /** `digestFile` for SHA-256. */
  async sha256File(path: Buffer | string): Promise<FileDigest> {
    return await this.digestFile(path, 'sha256')
  }

  /**
   * Digest of a regular file, and its state before and after the reading: when they differ, the digest is of no
   * version of the file. `algorithm` is one of OpenSSL's names, such as `sha512`.
   * @throws RepocastError REPOCAST_DISK_REFUSED; system errors
   */
  async digestFile(path: Buffer | string, algorithm: string): Promise<FileDigest> {
    const result = await this.#run({ kind: 'file', path: latin1(path), algorithm }, path)
    if (result.kind !== 'file') throw new TypeError('a hashing thread answered another question')
    return result
  }

  /** SHA-1 of ranges of files in a row, hexadecimal; undefined when a file is shorter than its range. */
  async sha1Ranges(ranges: readonly FileRange[]): Promise<string | undefined> {
    const job = ranges.map(range => ({ ...range, path: latin1(range.path) }))
    const result = await this.#run({ kind: 'sha1-ranges', ranges: job }, ranges[0]?.path ?? '')
    if (result.kind !== 'sha1-ranges') throw new TypeError('a hashing thread answered another question')
    return result.digest
  }

  /** Ends the threads; jobs under way fail. */
  async close(): Promise<void> {
    this.#closed = true
    const threads = this.#threads.splice(0)
    const error = new Error('the hashing threads were closed')
    for (const { underWay } of threads) for (const { reject } of underWay.values()) reject(error)
    for (const { reject } of this.#queue.splice(0)) reject(error)
    await Promise.all(threads.map(async ({ worker }) => await worker.terminate()))
  }

  async #run(job: HashJob, path: Buffer | string): Promise<HashResult> {
    if (this.#closed) throw new Error('the hashing threads were closed')
    try {
      return await new Promise((resolve, reject) => {
        this.#queue.push({ job, resolve, reject })
        this.#dispatch()
      })
    } catch (error) {
      throw explainDiskError(error, 'read', path)
    }
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const thread = this.#freeThread()
      const next = thread && this.#queue.shift()
      if (!thread || !next) return
      this.#number += 1
      thread.underWay.set(this.#number, next)
      thread.worker.ref()
      thread.worker.postMessage({ number: this.#number, job: next.job })
    }
  }

  #freeThread(): Thread | undefined {
    const idle = this.#threads.find(({ underWay }) => underWay.size === 0)
    if (idle) return idle
    if (this.#threads.length < this.#size) return this.#start()
    return this.#threads.find(({ underWay }) => underWay.size < perThread)
  }

  #start(): Thread {
    const thread: Thread = { worker: new Worker(program), underWay: new Map(), hasAnswered: false }
    thread.worker.on('message', (reply: HashReply) => {
      const waiting = thread.underWay.get(reply.number)
      thread.hasAnswered = true
      thread.underWay.delete(reply.number)
      // A thread without work does not keep the process alive.
      if (thread.underWay.size === 0) thread.worker.unref()
      if ('result' in reply) waiting?.resolve(reply.result)
      else waiting?.reject(Object.assign(new Error(reply.failure.message), { code: reply.failure.code }))
      this.#dispatch()
    })
    thread.worker.on('error', error => {
      this.#threads.splice(this.#threads.indexOf(thread), 1)
      for (const { reject } of thread.underWay.values()) reject(error)
      // A thread that cannot even start would take the next job down with it, and so on: all of them fail now.
      if (!thread.hasAnswered) for (const { reject } of this.#queue.splice(0)) reject(error)
      this.#dispatch()
    })
    this.#threads.push(thread)
    return thread
  }
}

/** The bytes of a path. */
function latin1(path: Buffer | string): string {
  return (typeof path === 'string' ? Buffer.from(path) : path).toString('latin1')
}
