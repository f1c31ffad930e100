import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startOrigin } from '../lab/deployment.ts'
import {
  assertSameTree,
  checkout,
  freePort,
  type Lab,
  openLab,
  plainTree,
  repocast,
  runCommand,
  startProcess,
} from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'

/** The real nginx with one of our sample configurations, of which only addresses and paths are others. */
async function startNginx(lab: Lab, sample: string, changes: readonly (readonly [RegExp, string])[]): Promise<string> {
  const directory = lab.newDirectory('nginx')
  const port = await freePort()
  const text = readFileSync(join(checkout, 'deploy/nginx', sample), 'utf8')
  const all = [[/listen 80;/, `listen 127.0.0.1:${port};`], [/ *listen \[::\]:80;\n/, ''], ...changes] as const
  const changed = all.reduce((result, [pattern, by]) => {
    expect(result).toMatch(pattern)
    return result.replace(pattern, by)
  }, text)
  writeFileSync(join(directory, 'sample.conf'), changed)
  mkdirSync(join(directory, 'tmp'))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    name => `${name}_temp_path ${directory}/tmp/${name};`,
  )
  const main = `
    daemon off; user root; pid ${directory}/pid; error_log stderr warn;
    events {}
    http { access_log off; ${temporary.join(' ')} include ${directory}/sample.conf; }`
  writeFileSync(join(directory, 'nginx.conf'), main)
  const args = ['-c', join(directory, 'nginx.conf'), '-p', directory]
  await runCommand('nginx', ['-t', ...args])
  const nginx = await startProcess(lab, 'nginx', args, { name: 'nginx' })
  const url = `http://127.0.0.1:${port}`
  await nginx.waitForHttp(`${url}/`)
  return url
}

test('nginx serves a mirror by the sample configuration, and the next snapshot at once', async () => {
  await using lab = openLab('nginx-mirror')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 1, files: 20, directories: 3 })
  for (const [name, text] of [
    ['package.deb', 'first'],
    ['InRelease', 'first'],
  ])
    writeFileSync(join(source, name ?? ''), text ?? '')
  const origin = await startOrigin(lab)
  await origin.publish('tree', source)
  const link = await origin.link('tree')
  const mirror = lab.newDirectory('mirror')
  const sync = ['agent', 'sync', link, join(mirror, 'tree'), '--data', lab.newDirectory('data')]
  await repocast(sync)
  const url = await startNginx(lab, 'mirror.conf', [[/\/srv\/mirror;/, `${mirror};`]])
  const get = async (path: string, headers: Record<string, string> = {}) =>
    await fetch(`${url}/tree/${path}`, { headers })
  const release = await get('InRelease')
  expect([await release.text(), release.headers.get('cache-control')]).toEqual(['first', 'no-cache'])
  expect((await get('package.deb')).headers.get('cache-control')).toContain('max-age')
  expect(await (await get('package.deb', { range: 'bytes=1-3' })).text()).toBe('irs')
  expect(await (await get('')).text()).toContain('package.deb')
  writeFileSync(join(source, 'InRelease'), 'second')
  await origin.publish('tree', source)
  await repocast(sync)
  expect(await (await get('InRelease')).text()).toBe('second')
})

test('an origin behind nginx is followed through the sample configuration', async () => {
  await using lab = openLab('nginx-origin')
  const { source, origin, link: direct } = await publishedTree(lab, { seed: 2, files: 20, directories: 3 })
  const url = await startNginx(lab, 'origin.conf', [[/127\.0\.0\.1:8080;/, `${new URL(origin.url).host};`]])
  const link = direct.replace(origin.url, url)
  const served = join(lab.directory, 'served')
  await repocast(['agent', 'sync', link, served, '--data', lab.newDirectory('data')])
  await assertSameTree(source, served)
  const events = await fetch(`${url}/events`)
  expect(events.headers.get('content-type')).toContain('text/event-stream')
  await events.body?.cancel()
})
