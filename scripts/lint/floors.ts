// Holds every package against the table "who may import whom" of docs/architecture.md: `node scripts/lint/floors.ts [ROOT]`.
// Exit codes: 0 all is as the table says, 1 something is not.
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { findOffences } from './floors/offences.ts'
import { parseFloorsTable } from './floors/table.ts'
import { readWorkspace } from './floors/workspace.ts'

const page = 'docs/architecture.md'
const root = resolve(process.argv[2] ?? join(import.meta.dirname, '../..'))

try {
  const table = parseFloorsTable(await readFile(join(root, page), 'utf8'))
  const packages = await readWorkspace(root)
  const offences = findOffences(table, packages)
  for (const { place, message } of offences) console.error(`${place}: ${message}`)
  if (offences.length > 0) {
    console.error(`\nfloors: ${offences.length} against the table in ${page} ("Packages and who may import whom")`)
    process.exitCode = 1
  } else console.log(`floors: ${packages.length} packages are as ${page} says`)
} catch (error) {
  console.error(`floors: ${error instanceof Error ? error.message : String(error)} (${page})`)
  process.exitCode = 1
}
