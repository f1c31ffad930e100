import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { parseRepositoryName } from '@repocast/objects'
import { expect, test } from 'vitest'
import { publishTree } from '../commands.ts'
import { initOrigin } from '../init.ts'
import { withOrigin } from '../open-origin.ts'

test('a top directory whose listing has segments is published as any other, and again after a change', async () => {
  const data = mkdtempSync(join(tmpdir(), 'repocast-long-'))
  const tree = mkdtempSync(join(tmpdir(), 'repocast-long-tree-'))
  const clock = () => new Date('2026-11-21T00:00:00Z')
  const options = { data, environment: {}, clock, logger: silentLogger }
  try {
    await initOrigin({ data, values: { url: 'http://origin.example.org:8080' }, clock })
    for (let file = 0; file < 700; file += 1) writeFileSync(join(tree, `file-${file}`), `${file}`)
    for (const serial of [1, 2]) {
      expect(await publishTree(options, { repository: 'plain', tree })).toMatchObject({ serial, published: true })
      writeFileSync(join(tree, 'one-more'), 'x')
      const record = await withOrigin(options, async ({ store }) =>
        store.snapshots.newest(parseRepositoryName('plain')),
      )
      expect(record).toMatchObject({ serial, counts: { files: 699 + serial } })
    }
  } finally {
    for (const directory of [data, tree]) rmSync(directory, { recursive: true })
  }
})
