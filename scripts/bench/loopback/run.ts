import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Usage } from '../usage.ts'
import type { End } from './process.ts'
import type { Tool } from './tools/tool.ts'

const run = promisify(execFile)

/** One mark of one transfer, from its begin. */
export interface Figures {
  readonly what: string
  readonly seconds: number
  readonly seeder: Usage
  readonly leecher: Usage
  /** Whether the copy is as the source; undefined where that could not be compared. */
  readonly isIdentical: boolean | undefined
}

/** Moves the source by one tool. @throws when the tool fails */
export async function runLoopback(tool: Tool, source: string, pieceBytes: number): Promise<Figures[]> {
  const directory = await mkdtemp(join(tmpdir(), 'repocast-loopback-'))
  try {
    await mkdir(join(directory, 'stage'))
    const pair = await tool.prepare({ directory: join(directory, 'stage'), source, pieceBytes })
    let leecher: End | undefined
    try {
      const seederBefore = pair.seeder.usage()
      const begun = performance.now()
      leecher = await pair.begin()
      const leecherBefore = leecher.usage()
      const reached: Omit<Figures, 'isIdentical'>[] = []
      for (const mark of pair.marks) {
        await mark.reached(leecher)
        const seconds = (performance.now() - begun) / 1000
        const [seederNow, leecherNow] = [pair.seeder.usage(), leecher.usage()]
        const usages = { seeder: since(seederNow, seederBefore), leecher: since(leecherNow, leecherBefore) }
        reached.push({ what: mark.what, seconds, ...usages })
      }
      const isIdentical = pair.copy === undefined ? undefined : await areIdentical(source, pair.copy)
      return reached.map(each => ({ ...each, isIdentical }))
    } finally {
      await leecher?.stop()
      await pair.seeder.stop()
      await pair.close()
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function since(now: Usage, before: Usage): Usage {
  return { cpuSeconds: now.cpuSeconds - before.cpuSeconds, peakBytes: now.peakBytes }
}

async function areIdentical(source: string, copy: string): Promise<boolean> {
  return await run('diff', ['-rq', source, copy]).then(
    () => true,
    () => false,
  )
}
