import type { DaemonOptions } from './origin.ts'

/** `runOrigin` of `origin.ts`, loaded when it is called: other commands need neither HTTP server nor swarm, and start faster. */
export async function runOrigin(options: DaemonOptions, signal: AbortSignal, onStart?: () => void): Promise<void> {
  const { runOrigin: run } = await import('./origin.ts')
  await run(options, signal, onStart)
}
