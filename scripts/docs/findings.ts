// Keeps docs/findings.md equal to the rules of checks: `node scripts/docs/findings.ts [--write]`, after a build.
// Exit codes: 0 equal or written, 1 different.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findingsPage } from './findings-page.ts'

const path = join(import.meta.dirname, '../../docs/findings.md')
const page = findingsPage()

if (process.argv.includes('--write')) await writeFile(path, page)
else if ((await readFile(path, 'utf8')) !== page) {
  console.error('docs/findings.md differs from the rules: node scripts/docs/findings.ts --write')
  process.exitCode = 1
}
