import { appendFileSync, chmodSync, existsSync, lstatSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  assertSameTree,
  changePlainTree,
  countingProxy,
  faultProxy,
  hostileThings,
  hostileTree,
  type Kill,
  killAtRandomMoments,
  type Lab,
  type LabProcess,
  openLab,
  plainTree,
  runCommand,
  serveDirectory,
  startProcess,
  treeDifferences,
  treeFingerprint,
} from '../lab/index.ts'

let lab: Lab
beforeEach(() => {
  lab = openLab('parts')
})
afterEach(() => lab.close())

describe('made trees', () => {
  const options = { seed: 7, files: 60, nasty: 'all' } as const

  it('the same options make the same tree, another seed makes another one', async () => {
    const [a, b, c] = [lab.newDirectory('a'), lab.newDirectory('b'), lab.newDirectory('c')]
    plainTree(a, options)
    plainTree(b, options)
    plainTree(c, { ...options, seed: 8 })
    expect(await treeDifferences(a, b)).toEqual([])
    expect(await treeFingerprint(a)).toBe(await treeFingerprint(b))
    expect(await treeFingerprint(a)).not.toBe(await treeFingerprint(c))
    await assertSameTree(a, b)
  })

  it('a change does what it says', async () => {
    const [before, after] = [lab.newDirectory('before'), lab.newDirectory('after')]
    plainTree(before, { files: 60 })
    plainTree(after, { files: 60 })
    const change = changePlainTree(after, { add: 2, change: 3, remove: 4, rename: 5, copy: 6, bytes: 1000 })
    expect(change.newBytes).toBe(5000)
    for (const path of change.removed) expect(existsSync(join(after, path))).toBe(false)
    const named = [...change.added, ...change.changed, ...change.renamed, ...change.copied]
    for (const path of named) expect(existsSync(join(after, path))).toBe(true)
    // Two differences for a renamed file: gone there, new here. And two directories have another mtime.
    const differences = await treeDifferences(before, after, 1000)
    expect(differences.length).toBeGreaterThan(2)
  })

  it('rsync copies a nasty tree faithfully, and the comparison agrees', async () => {
    const [a, b] = [lab.newDirectory('a'), lab.newDirectory('b')]
    plainTree(a, options)
    await runCommand('rsync', ['-a', `${a}/`, `${b}/`])
    expect(await treeDifferences(a, b)).toEqual([])
  })

  it.each(hostileThings)('$what is made', async thing => {
    const root = lab.newDirectory('hostile')
    await hostileTree(root, thing)
    expect(lstatSync(join(root, thing.path))).toBeDefined()
  })
})

describe('the comparison of trees sees', () => {
  const damages: ReadonlyArray<readonly [what: string, damage: (file: string) => void, said: RegExp]> = [
    ['a flipped byte', flipByte, /content differs from byte 5000 on/],
    ['a longer file', file => appendFileSync(file, 'x'), /10001 bytes; expected/],
    ['another mode', file => chmodSync(file, 0o600), /mode 600/],
    ['another mtime', file => utimesSync(file, 1, 1), /mtime 1,/],
    ['a file too many', file => writeFileSync(`${file}.extra\n`, ''), /\.extra\\x0a: unexpected file/],
  ]

  it.each(damages)('%s', async (_, damage, said) => {
    const [a, b] = [lab.newDirectory('a'), lab.newDirectory('b')]
    for (const directory of [a, b]) plainTree(directory, { files: 3, bytes: 10_000 })
    const parent = join(b, 'directory-00000')
    const { mtimeMs } = lstatSync(parent)
    damage(join(parent, 'file-0000001.bin'))
    utimesSync(parent, mtimeMs / 1000, mtimeMs / 1000)
    const differences = await treeDifferences(a, b)
    expect(differences).toHaveLength(1)
    expect(differences[0]).toMatch(said)
    expect(await treeFingerprint(a)).not.toBe(await treeFingerprint(b))
  })

  function flipByte(file: string): void {
    const { mtimeMs } = lstatSync(file)
    const bytes = readFileSync(file)
    bytes[5000] = (bytes[5000] ?? 0) ^ 1
    writeFileSync(file, bytes)
    utimesSync(file, mtimeMs / 1000, mtimeMs / 1000)
  }
})

describe('servers that misbehave', () => {
  it('a fault spoils its path and no other, as often as told', async () => {
    const directory = lab.newDirectory('served')
    writeFileSync(join(directory, 'good'), 'good bytes')
    writeFileSync(join(directory, 'bad'), 'bad bytes')
    const server = await serveDirectory(lab, directory)
    const proxy = await faultProxy(lab, server.url)
    const get = async (path: string) => (await fetch(`${proxy.url}${path}`)).text()

    proxy.faults.on('/bad', { kind: 'tamper', at: 0 }, 1)
    expect(await get('/bad')).toBe('cad bytes')
    expect(await get('/bad')).toBe('bad bytes')
    proxy.faults.on('/bad', { kind: 'status', status: 500 })
    expect((await fetch(`${proxy.url}/bad?query`)).status).toBe(500)
    proxy.faults.clear()
    proxy.faults.on(/^\/b/, { kind: 'truncate', bytes: 3 })
    await expect(get('/bad')).rejects.toThrow()
    expect(await get('/good')).toBe('good bytes')
    expect(proxy.requests.map(({ status }) => status)).toEqual([200, 200, 500, 200, 200])
  })

  it('a plain server answers ranges and conditions', async () => {
    const directory = lab.newDirectory('served')
    writeFileSync(join(directory, 'file'), '0123456789')
    const server = await serveDirectory(lab, directory)
    const part = await fetch(`${server.url}/file`, { headers: { range: 'bytes=2-4' } })
    expect([part.status, await part.text()]).toEqual([206, '234'])
    const since = part.headers.get('last-modified') ?? ''
    const again = await fetch(`${server.url}/file`, { headers: { 'if-modified-since': since } })
    expect(again.status).toBe(304)
    expect((await fetch(`${server.url}/../../etc/passwd`)).status).toBe(404)
  })

  it('a proxy counts what passes, and is gone and back at will', async () => {
    const directory = lab.newDirectory('served')
    writeFileSync(join(directory, 'file'), Buffer.alloc(100_000))
    const server = await serveDirectory(lab, directory)
    const proxy = await countingProxy(lab, { port: server.port })
    const url = `http://127.0.0.1:${proxy.port}/file`
    const get = async () => (await (await fetch(url)).arrayBuffer()).byteLength

    expect(await get()).toBe(100_000)
    expect(proxy.receivedBytes).toBeGreaterThan(100_000)
    expect(proxy.receivedBytes).toBeLessThan(101_000)
    expect(proxy.sentBytes).toBeGreaterThan(50)
    await proxy.stop()
    await expect(get()).rejects.toThrow()
    await proxy.resume()
    expect(await get()).toBe(100_000)
  })
})

describe('processes', () => {
  it('a process that ends before it is ready says why', async () => {
    const broken = await startProcess(lab, 'sh', ['-c', 'echo no such luck; exit 3'])
    await expect(broken.waitForOutput(/ready/)).rejects.toThrow(/exit code 3.*no such luck/s)
  })

  it('kills are spread over the operation and counted by phase', async () => {
    const script = 'for k in 1 2 3 4 5 6; do echo "step $k"; sleep 0.05; done'
    const steps: string[] = []
    const experiment = {
      kills: 8,
      seed: 1,
      reset: async () => {},
      start: async () => ({ process: await startProcess(lab, 'sh', ['-c', script]) }),
      phase: (process: LabProcess) => (/step 4/.test(process.log()) ? 'second half' : 'first half'),
      afterKill: async ({ phase }: Kill) => void steps.push(phase),
    }
    const report = await killAtRandomMoments({ ...experiment, phases: ['first half'] })
    expect(steps).toHaveLength(8)
    expect(report.kills.map(({ phase }) => phase)).toEqual(steps)
    expect(report.byPhase['first half']).toBeGreaterThan(0)

    steps.length = 0
    const never = killAtRandomMoments({ ...experiment, kills: 1, phases: ['no such phase'] })
    await expect(never).rejects.toThrow(/no kill hit no such phase/)
    expect(steps).toHaveLength(4)
  })
})
