import type { AgentStatus } from '@repocast/api'

const isTerminal = process.stdout.isTTY === true
const paint = (code: string, text: string) => (isTerminal ? `\x1b[${code}m${text}\x1b[0m` : text)

export function heading(text: string): void {
  process.stdout.write(`\n${paint('1', text)}\n`)
}

export function say(text: string): void {
  process.stdout.write(`  ${text}\n`)
}

export function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(0)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** Bars that are drawn over each other in a terminal; elsewhere nothing, since the tables tell it all. */
export class MirrorBars {
  #drawn = 0

  draw(statuses: readonly AgentStatus[]): void {
    if (!isTerminal) return
    if (this.#drawn > 0) process.stdout.write(`\x1b[${this.#drawn}A`)
    for (const { name, repositories, downloadedBytes } of statuses) {
      const [one] = repositories
      const share = one && one.bytesWanted > 0 ? one.bytesDone / one.bytesWanted : one?.state === 'current' ? 1 : 0
      const bar = '█'.repeat(Math.round(share * 30)).padEnd(30, '░')
      process.stdout.write(
        `\x1b[2K  ${name.padEnd(10)} ${paint('36', bar)} ${(one?.state ?? '').padEnd(9)} ${megabytes(downloadedBytes)}\n`,
      )
    }
    this.#drawn = statuses.length
  }
}

/** Who got how much from whom. */
export function mirrorTable(before: readonly AgentStatus[], after: readonly AgentStatus[]): void {
  say(
    `${'mirror'.padEnd(10)} ${'serial'.padStart(6)} ${'received'.padStart(10)} ${'from origin'.padStart(12)} ${'from mirrors'.padStart(13)} ${'given'.padStart(10)}`,
  )
  for (const now of after) {
    const then = before.find(({ name }) => name === now.name)
    const since = (key: 'downloadedBytes' | 'fromMirrorsBytes' | 'uploadedBytes') => now[key] - (then?.[key] ?? 0)
    const fromOrigin = since('downloadedBytes') - since('fromMirrorsBytes')
    const columns = [
      now.name.padEnd(10),
      String(now.repositories[0]?.serial ?? '-').padStart(6),
      megabytes(since('downloadedBytes')).padStart(10),
      megabytes(fromOrigin).padStart(12),
      megabytes(since('fromMirrorsBytes')).padStart(13),
      megabytes(since('uploadedBytes')).padStart(10),
    ]
    say(columns.join(' '))
  }
}
