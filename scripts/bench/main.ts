import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { benchFiles, type Row, shapes } from './files.ts'

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } }, allowPositionals: true })
const page = new URL('../../docs/benchmarks.md', import.meta.url)
const marker = /<!-- bench files -->[\s\S]*?<!-- end -->/

const sections: string[] = []
for (const shape of shapes) {
  process.stderr.write(`${shape.name}\n`)
  const rows = await benchFiles(shape, text => process.stderr.write(`  ${text}\n`))
  sections.push(`### ${shape.name}\n\n${table(rows)}`)
}
const date = new Date().toISOString().slice(0, 10)
const machine = `${cpus().length} cores, ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.versions.node}`
const result = `Run on ${date} by \`npm run bench -- --write\` (${machine}).\n\n${sections.join('\n\n')}`
process.stdout.write(`${result}\n`)
if (values.write) {
  const text = await readFile(page, 'utf8')
  await writeFile(page, text.replace(marker, `<!-- bench files -->\n\n${result}\n\n<!-- end -->`))
}

function table(rows: readonly Row[]): string {
  const head = '| what | seconds | CPU seconds | peak memory | moved |\n| --- | --: | --: | --: | --: |'
  const lines = rows.map(({ what, seconds, cpuSeconds, peakBytes, movedBytes }) => {
    const columns = [
      what,
      seconds > 0 ? seconds.toFixed(1) : '',
      cpuSeconds > 0 ? cpuSeconds.toFixed(1) : '',
      peakBytes > 0 ? `${Math.round(peakBytes / 1e6)} MB` : '',
      movedBytes === undefined ? '' : `${(movedBytes / 1e6).toFixed(1)} MB`,
    ]
    return `| ${columns.join(' | ')} |`
  })
  return [head, ...lines].join('\n')
}
