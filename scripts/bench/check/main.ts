import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { repocast } from '../../demo/daemons.ts'
import { type Cost, measure } from '../measure.ts'
import { makeDebTree, makeYumTree } from './trees.ts'

const run = promisify(execFile)

const help = `npm run bench -- check [--packages N] [--kind yum|deb]

\`origin check\` and \`origin publish\` of made repositories: time, CPU and memory.
  --packages N        packages of each (100,000)
  --kind yum|deb      only this one
  --write             put the tables into docs/benchmarks.md
`

const kinds = { yum: makeYumTree, deb: makeDebTree }

/** @returns tables in Markdown, undefined for --help @throws for an unknown option */
export async function benchCheck(args: readonly string[], tell: (text: string) => void): Promise<string | undefined> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      packages: { type: 'string', default: '100000' },
      kind: { type: 'string' },
    },
  })
  if (values.help) {
    tell(help)
    return undefined
  }
  const count = Number(values.packages)
  if (!Number.isInteger(count) || count < 1) throw new Error(`--packages ${values.packages} is not a count`)
  const sections: string[] = []
  for (const [kind, make] of Object.entries(kinds)) {
    if (values.kind !== undefined && values.kind !== kind) continue
    tell(`${kind}, ${count} packages`)
    const rows = await benchKind(make, count, text => tell(`  ${text}`))
    sections.push(`### ${kind}, ${count.toLocaleString('en')} packages\n\n${rows}`)
  }
  if (sections.length === 0) throw new Error(`--kind ${values.kind} is neither yum nor deb`)
  return sections.join('\n\n')
}

async function benchKind(make: typeof makeYumTree, count: number, tell: (text: string) => void): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'repocast-bench-'))
  const lines = ['| what | seconds | CPU seconds | peak memory |', '| --- | --: | --: | --: |']
  const note = (what: string, { seconds, cpuSeconds, peakBytes }: Cost): void => {
    lines.push(`| ${what} | ${seconds.toFixed(1)} | ${cpuSeconds.toFixed(1)} | ${Math.round(peakBytes / 1e6)} MB |`)
    tell(lines.at(-1) ?? '')
  }
  try {
    const [tree, data] = [join(directory, 'tree'), join(directory, 'origin')]
    await make(tree, count)
    await repocast('origin', 'init', '--data', data, '--url', 'http://127.0.0.1:9')
    await run('sleep', ['2.1']) // Files that were written just now are read once more by a later publish.
    note('origin check', await measure('origin', 'check', tree, '--json'))
    const publish = async (): Promise<Cost> =>
      await measure('origin', 'publish', 'bench', tree, '--data', data, '--json')
    note('publish, first', await publish())
    note('publish, nothing changed', await publish())
    const changed = Math.ceil(count / 1000)
    await make(tree, count, changed)
    await run('sleep', ['2.1'])
    note(`publish, 0.1 % changed (${changed} packages upgraded)`, await publish())
    return lines.join('\n')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
