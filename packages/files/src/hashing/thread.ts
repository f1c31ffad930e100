import { parentPort } from 'node:worker_threads'
import { systemErrorCode } from '@repocast/errors'
import type { HashReply, HashRequest } from './job.ts'
import { runHashJob } from './run.ts'

/* The program of a hashing thread: one request after the other. */
parentPort?.on('message', ({ number, job }: HashRequest) => {
  parentPort?.postMessage(answer(number, () => runHashJob(job)))
})

function answer(number: number, run: () => ReturnType<typeof runHashJob>): HashReply {
  try {
    return { number, result: run() }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { number, failure: { message, code: systemErrorCode(error) } }
  }
}
