import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('an error that nobody has caught is told as any other, and has its exit code', () => {
  const errors = new URL('../../errors/dist/index.js', import.meta.url).href
  const late = `import { RepocastError } from ${JSON.stringify(errors)};
    process.once('beforeExit', () => { throw new RepocastError('REPOCAST_DATABASE_CORRUPT', { message: 'it rots' }) })`
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
  const args = ['--import', `data:text/javascript,${encodeURIComponent(late)}`, main, '--version']
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 })
  expect(stderr).toMatch(/^error: it rots\ncode: {2}REPOCAST_DATABASE_CORRUPT\n/)
  expect(status).toBe(7)
})
