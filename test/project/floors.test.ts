import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const script = join(import.meta.dirname, '../../scripts/lint/floors.ts')

const page = `# Architecture

## Packages and who may import whom

    floor 1     store   api
    floor 0     errors
    beside      dashboard  --(types only)-->  api

| package | duty | may import | its libraries |
| --- | --- | --- | --- |
| \`errors\` | the error type | - | - |
| \`store\` | objects | errors | yaml |
| \`api\` | schemas | floors 0 to 0 | typebox |
| \`dashboard\` | pages | api (types) | its own build |

## Next
`

/** A workspace in which everything is as the page says. */
const sound: Readonly<Record<string, string>> = {
  'docs/architecture.md': page,
  'packages/errors/package.json': manifest('errors', {}),
  'packages/errors/tsconfig.json': '{}',
  'packages/errors/src/index.ts': "export { code } from './code.ts'\n",
  'packages/errors/src/code.ts': '/**\n * import yaml from "yaml"\n */\nexport const code = 1\n',
  'packages/store/package.json': manifest('store', { '@repocast/errors': '1', yaml: '1' }),
  'packages/store/tsconfig.json': '{ "references": [{ "path": "../errors" }] }',
  'packages/store/src/index.ts':
    "import { join } from 'node:path'\nimport {\n  code,\n} from '@repocast/errors'\nimport 'yaml'\nexport { code, join }\n",
  'packages/store/src/store.test.ts': "import { test } from 'vitest'\nimport { made } from './made.ts'\ntest(made)\n",
  'packages/store/src/made.ts': "import fc from 'fast-check'\nexport const made = String(fc)\n",
  'packages/api/package.json': manifest('api', { typebox: '1' }),
  'packages/api/tsconfig.json': '{}',
  'packages/api/src/index.ts': "import { Check } from 'typebox/value'\nexport { Check }\n",
  'packages/dashboard/package.json': manifest('dashboard', { '@repocast/api': '1' }),
  'packages/dashboard/tsconfig.json': '{ "references": [{ "path": "../api" }] }',
  'packages/dashboard/src/index.ts': "import type { A } from '@repocast/api'\nimport { type B } from '@repocast/api'\n",
}

function manifest(name: string, dependencies: Readonly<Record<string, string>>): string {
  return JSON.stringify({ name: `@repocast/${name}`, dependencies })
}

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'repocast-floors-'))
})
afterEach(async () => await rm(root, { recursive: true, force: true }))

/** Runs the check, as `npm run lint` does, over the sound workspace with some files put in its place. */
async function check(planted: Readonly<Record<string, string>>): Promise<{ exitCode: number; output: string }> {
  for (const [path, text] of Object.entries({ ...sound, ...planted })) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return await new Promise(resolve => {
    const child = execFile(process.execPath, [script, root], (_error, stdout, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, output: stdout + stderr }),
    )
  })
}

test('a workspace that is as the table says passes', async () => {
  expect(await check({})).toEqual({
    exitCode: 0,
    output: 'floors: 4 packages are as docs/architecture.md says\n',
  })
})

describe('a planted violation is told with its place:', () => {
  test.each<[string, Record<string, string>, string]>([
    [
      'an import upwards',
      { 'packages/errors/src/code.ts': "\nimport { open } from '@repocast/store'\n" },
      'packages/errors/src/code.ts:2: imports @repocast/store: the row of errors does not name store',
    ],
    [
      'an import of another package by path',
      { 'packages/store/src/index.ts': "import { code } from '../../errors/src/code.ts'\n" },
      'packages/store/src/index.ts:1: imports ../../errors/src/code.ts: it lies outside of packages/store/src',
    ],
    [
      'an import past the public entry',
      { 'packages/store/src/index.ts': "import { code } from '@repocast/errors/dist/code.js'\n" },
      'packages/store/src/index.ts:1: imports @repocast/errors/dist/code.js: only the entries . and ./testing are public',
    ],
    [
      'the library of another package, even where it is only typed',
      { 'packages/store/src/index.ts': "import type { Static } from 'typebox'\n" },
      'packages/store/src/index.ts:1: imports typebox: the row of store does not name this library',
    ],
    [
      'a library in a call',
      { 'packages/api/src/index.ts': "const yaml = await import('yaml')\n" },
      'packages/api/src/index.ts:1: imports yaml: the row of api does not name this library',
    ],
    [
      'an import that is not declared',
      { 'packages/api/src/index.ts': "import { code } from '@repocast/errors'\n" },
      'packages/api/src/index.ts:1: imports @repocast/errors: package.json does not declare it',
    ],
    [
      'a declaration that the table does not allow',
      { 'packages/api/package.json': manifest('api', { typebox: '1', yaml: '1' }) },
      'packages/api/package.json: declares yaml: the row of api does not name this library',
    ],
    [
      'a project reference that is missing',
      { 'packages/store/tsconfig.json': '{}' },
      'packages/store/tsconfig.json: does not refer to ../errors, which package.json declares',
    ],
    [
      'a project reference too many',
      { 'packages/store/tsconfig.json': '{ "references": [{ "path": "../errors" }, { "path": "../api" }] }' },
      'packages/store/tsconfig.json: refers to ../api, which package.json does not declare',
    ],
    [
      'a circle of files',
      { 'packages/errors/src/code.ts': "import type { X } from './index.ts'\n" },
      'packages/errors/src/code.ts: imports itself: code.ts -> index.ts -> code.ts',
    ],
    [
      'a test library in what is shipped',
      { 'packages/store/src/index.ts': "import { made } from './made.ts'\n" },
      'packages/store/src/made.ts:1: imports fast-check: only tests may',
    ],
    [
      'more than types where only types are allowed',
      { 'packages/dashboard/src/index.ts': "import { A, type B } from '@repocast/api'\n" },
      'packages/dashboard/src/index.ts:1: imports @repocast/api: dashboard may import only types of it',
    ],
    [
      'a package without a row',
      {
        'packages/extra/package.json': manifest('extra', {}),
        'packages/extra/tsconfig.json': '{}',
        'packages/extra/src/index.ts': '',
      },
      'packages/extra: this package has no row in the table',
    ],
  ])('%s', async (_name, planted, offence) => {
    const { exitCode, output } = await check(planted)
    expect(output.split('\n')).toContain(offence)
    expect(output).toContain('floors: 1 against the table in docs/architecture.md')
    expect(exitCode).toBe(1)
  })
})

describe('a page that cannot be understood does not pass:', () => {
  test.each<[string, string, string]>([
    ['no section', '# Architecture\n', 'there is no section'],
    ['no picture', page.replaceAll(/^ {4}.*$/gm, ''), 'there is no picture of the floors'],
    [
      'a package of the picture without a row',
      page.replace(/^\| `api`.*\n/m, ''),
      '`api` is in the picture but has no row',
    ],
    ['a row that names nobody', page.replace('| errors |', '| erors |'), 'the row of `store` names `erors`'],
    ['a row that points up', page.replace('the error type | - |', 'x | store |'), 'imports go down'],
    [
      'a circle on one floor',
      page.replace('| errors | yaml', '| api | yaml').replace('floors 0 to 0', 'store'),
      'imports it back',
    ],
  ])('%s', async (_name, text, message) => {
    const { exitCode, output } = await check({ 'docs/architecture.md': text })
    expect(output).toContain(message)
    expect(exitCode).toBe(1)
  })
})
