import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { benchCheck } from './check/main.ts'
import { benchAllFiles } from './files.ts'
import { benchLoopback } from './loopback/main.ts'
import { benchSwarm } from './swarm/main.ts'
import { removeTemporaryFilesAtEnd } from './temporary.ts'
import { benchTracker } from './tracker/main.ts'

/** Each gives a section in Markdown, or undefined when there is nothing to write. */
const benches: Readonly<
  Record<string, (args: readonly string[], tell: (text: string) => void) => Promise<string | undefined>>
> = {
  check: benchCheck,
  files: benchAllFiles,
  loopback: benchLoopback,
  swarm: benchSwarm,
  tracker: benchTracker,
}

const [name = '', ...given] = process.argv.slice(2)
const isWritten = given.includes('--write')
const args = given.filter(argument => argument !== '--write')
const bench = benches[name]
if (bench === undefined) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(benches).join('|')} [--help] [--write]\n`)
  process.exit(2)
}
removeTemporaryFilesAtEnd()
const section = await bench(args, text => process.stderr.write(`${text}\n`)).catch((error: unknown) => {
  process.stderr.write(`bench ${name}: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
if (section !== undefined) {
  const date = new Date().toISOString().slice(0, 10)
  const machine = `${cpus().length} cores, ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.versions.node}`
  const command = ['npm run bench --', name, ...given].join(' ')
  const result = `Run on ${date} by \`${command}\` (${machine}).\n\n${section}`
  process.stdout.write(`${result}\n`)
  if (isWritten) await put(name, args, result)
}

/** Replaces the section of this bench, with these arguments, or adds it behind the others of its kind. */
async function put(bench: string, options: readonly string[], result: string): Promise<void> {
  const page = new URL('../../docs/benchmarks.md', import.meta.url)
  const text = await readFile(page, 'utf8')
  const start = `<!-- bench ${[bench, ...options].join(' ')} -->`
  const block = `${start}\n\n${result}\n\n<!-- end -->`
  const from = text.indexOf(start)
  const marker = `<!-- more ${bench} -->`
  const next =
    from >= 0
      ? `${text.slice(0, from)}${block}${text.slice(text.indexOf('<!-- end -->', from) + '<!-- end -->'.length)}`
      : text.replace(marker, () => `${block}\n\n${marker}`)
  await writeFile(page, next)
  execFileSync('node_modules/.bin/biome', ['format', '--write', fileURLToPath(page)], { stdio: 'ignore' })
}
