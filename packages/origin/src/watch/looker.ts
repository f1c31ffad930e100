import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { SeenRoot, SeenTree } from './look.ts'
import { stampOfRoot } from './look.ts'

const program = new URL(import.meta.url.endsWith('.ts') ? './look-thread.ts' : './look-thread.js', import.meta.url)

/** Looks at a tree in a thread of its own. @throws what `lookAtTree` throws, and the reason of `signal` */
export async function lookApart(directory: string, signal: AbortSignal): Promise<SeenTree> {
  const worker = new Worker(program, { workerData: directory })
  try {
    const [seen] = (await once(worker, 'message', { signal })) as [SeenTree]
    // What comes out of a thread is a plain array of bytes.
    return { ...seen, roots: seen.roots.map(({ path, stamp }) => ({ path: Buffer.from(path), stamp })) }
  } finally {
    await worker.terminate()
  }
}

/** Whether one of the roots was replaced since it was seen: a few calls that take no time. */
export function haveChanged(roots: readonly SeenRoot[]): boolean {
  return roots.some(({ path, stamp }) => stampOfRoot(path) !== stamp)
}
