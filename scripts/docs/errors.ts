// Keeps docs/errors.md equal to the register of codes: `node scripts/docs/errors.ts [--write]`, after a build.
// Exit codes: 0 equal or written, 1 different.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorsPage } from './errors-page.ts'

const path = join(import.meta.dirname, '../../docs/errors.md')
const page = errorsPage()

if (process.argv.includes('--write')) await writeFile(path, page)
else if ((await readFile(path, 'utf8')) !== page) {
  console.error('docs/errors.md differs from packages/errors/src/codes.ts: node scripts/docs/errors.ts --write')
  process.exitCode = 1
}
