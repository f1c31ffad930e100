import { existsSync } from 'node:fs'
import { ProcessLock } from '@repocast/database'
import type { AgentLayout } from './layout.ts'

/** Whether a process works on the data directory. */
export function isAgentAtWork({ catalog, lock }: AgentLayout): boolean {
  if (!existsSync(catalog)) return false
  const held = new ProcessLock(lock).tryAcquire()
  held?.release()
  return held === undefined
}
