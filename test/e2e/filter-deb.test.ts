import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { StatsDocument } from '@repocast/api'
import { expect, test } from 'vitest'
import { type PartedPackage, partedRepository } from '../lab/deb/parted-repository.ts'
import { type LabAgent, type LabRepositoryStatus, startAgent, startOrigin } from '../lab/deployment.ts'
import { aptClient, assertSameTree, openLab, repocast, runCommand, tryRepocast } from '../lab/index.ts'

const bytes = 700_000

function made(architecture: string, more: Partial<PartedPackage> = {}): PartedPackage {
  return { suite: 'bookworm', component: 'main', name: 'lab-tool', version: '1.0', architecture, bytes, ...more }
}

const wanted = [made('amd64', { version: '1.2' }), made('amd64', { version: '1.1' }), made('all', { name: 'lab-doc' })]
const notWanted = [
  made('amd64'),
  made('arm64', { version: '1.2' }),
  made('arm64', { name: 'lab-other' }),
  made('amd64', { name: 'lab-tool-dbgsym' }),
  made('amd64', { name: 'lab-extra', component: 'contrib' }),
  made('amd64', { suite: 'trixie', name: 'lab-next' }),
  made('source', { name: 'lab-source' }),
]

/** `stable` is a link to bookworm. */
const filter = {
  suites: ['stable'],
  components: ['main'],
  architectures: ['amd64'],
  sources: false,
  debug: false,
  newest: 2,
}

/** Metadata, trees, feed, and what else shares a piece with what is wanted. */
const besideBytes = 1_500_000

async function stored(agent: LabAgent): Promise<number> {
  const { stdout } = await runCommand('du', ['-sb', join(agent.data, 'objects')])
  return Number.parseInt(stdout, 10)
}

test('a part of a deb repository is mirrored: apt installs, nothing else is fetched, others fetch from there', async () => {
  await using lab = openLab('filter-deb')
  const repository = await partedRepository(lab, [...wanted, ...notWanted])
  const origin = await startOrigin(lab)
  const { total } = await origin.publish('debian', repository.directory)
  const link = await origin.link('debian')
  const agent = await startAgent(lab, { debian: link }, { repository: { filter } })
  await agent.waitForSerial('debian', 1)
  const at = (path: string): string => join(agent.servedPath('debian'), path)

  for (const one of wanted) expect(existsSync(at(repository.pathOf(one)))).toBe(true)
  for (const one of notWanted) expect(existsSync(at(repository.pathOf(one)))).toBe(false)
  for (const path of ['dists/trixie', 'dists/bookworm/contrib', 'dists/bookworm/main/source', 'pool/trixie'])
    expect(existsSync(at(path))).toBe(false)
  expect(existsSync(at('dists/bookworm/main/binary-arm64'))).toBe(false)
  expect(existsSync(at('dists/bookworm/main/Contents-amd64.gz'))).toBe(true)
  expect(existsSync(at('dists/bookworm/main/Contents-arm64.gz'))).toBe(false)
  const note = JSON.parse(readFileSync(at('.repocast-filter.json'), 'utf8'))
  expect(note).toMatchObject({ format: 'repocast filter', serial: 1, filter: { architectures: ['amd64'] } })
  expect(note.leftOut.unnamed.files).toBeGreaterThan(0)
  await agent.waitFor('debian', ({ state, error }) => state === 'current' && error === null)
  const status = await agent.status()
  expect(status.repositories[0]?.filter).toMatchObject({ files: note.kept.files + 1 })
  // the wire carried what is wanted
  expect(status.downloadedBytes).toBeLessThan(wanted.length * bytes + besideBytes)
  expect(status.downloadedBytes).toBeLessThan(total.bytes * 0.55)

  const { keyring } = repository
  const apt = await aptClient(lab, { url: `${agent.url}/debian`, suite: 'stable', keyring })
  await apt.update()
  await apt.install('lab-tool', 'lab-doc')
  expect((await apt.installed()).get('lab-tool')).toBe('1.2')

  // the tracker knows that nothing more is wanted (BEP 21), and a scrape says so
  const statistics = async () => (await (await fetch(`${origin.url}/stats.json`)).json()) as StatsDocument
  await expect.poll(async () => (await statistics()).totals, { timeout: 60_000 }).toMatchObject({ leechers: 0 })
  const partial = (await statistics()).packs.filter(({ partialSeeds }) => partialSeeds > 0)
  expect(partial.length).toBeGreaterThan(0)
  const scraped = await fetch(`${origin.url}/scrape?info_hash=${partial[0]?.infoHash.replace(/../g, '%$&')}`)
  expect(await scraped.text()).toContain('11:downloadersi0e10:incompletei1e')

  // a restart fetches nothing
  await agent.process.kill()
  await agent.restart()
  await agent.waitFor('debian', ({ state }) => state === 'current')
  expect((await agent.status()).downloadedBytes).toBe(0)

  // an update brings what is new of the wanted part
  const newer = made('amd64', { version: '1.3' })
  await repository.add(newer, made('arm64', { version: '1.3' }))
  await origin.publish('debian', repository.directory)
  await agent.waitForSerial('debian', 2)
  expect(existsSync(at(repository.pathOf(newer)))).toBe(true)
  expect(existsSync(at(repository.pathOf(made('amd64', { version: '1.1' }))))).toBe(false)
  expect(existsSync(at(repository.pathOf(made('arm64', { version: '1.3' }))))).toBe(false)
  await apt.update()
  await apt.upgrade()
  expect((await apt.installed()).get('lab-tool')).toBe('1.3')
})

test('what a filtered mirror has it gives to others, also when nobody else has it', async () => {
  await using lab = openLab('filter-seed')
  const repository = await partedRepository(lab, [...wanted, ...notWanted])
  const origin = await startOrigin(lab)
  const { total } = await origin.publish('debian', repository.directory)
  const link = await origin.link('debian')
  const first = await startAgent(lab, { debian: link }, { repository: { filter } })
  await first.waitFor('debian', ({ state }) => state === 'current')
  // the feed and the tracker are there still, but no byte of any pack: nothing is open, or was read ahead
  await origin.process.kill()
  await origin.restart()
  const [objects, away] = [join(origin.data, 'objects'), join(origin.data, 'away')]
  renameSync(objects, away)
  const second = await startAgent(lab, { debian: link }, { name: 'second', repository: { filter } })
  await second.waitFor('debian', ({ state }) => state === 'current')
  await assertSameTree(first.servedPath('debian'), second.servedPath('debian'))
  const { fromMirrorsBytes, fromOriginBytes, fromWebSeedBytes } = await second.status()
  expect(fromMirrorsBytes).toBeGreaterThan(wanted.length * bytes)
  expect(fromOriginBytes + fromWebSeedBytes).toBe(0)

  // once, by options of the same names
  const once = join(lab.newDirectory('once'), 'debian')
  const sync = ['agent', 'sync', link, once, '--data', lab.newDirectory('once-data')]
  const lists = [
    '--suites',
    'stable',
    '--components',
    'main,main',
    '--architectures',
    'amd64',
    '--architectures',
    'amd64',
  ]
  const options = [...lists, '--no-sources', '--no-debug', '--newest', '2']
  const { stdout } = await repocast([...sync, ...options])
  const { filter: part } = (await first.status()).repositories[0] ?? {}
  expect(stdout).toContain(`its filter leaves out ${part?.leftOutFiles} of `)
  await assertSameTree(first.servedPath('debian'), once)
  const wrong = await tryRepocast([...sync, '--architectures', 'amd 64'])
  expect(wrong).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('agent sync: `architectures.0` ') })

  // one that wants all gets that part, waits for the rest, and goes on when it comes
  const whole = await startAgent(lab, { debian: link }, { name: 'whole' })
  await whole.waitFor('debian', ({ bytesDone }) => bytesDone > wanted.length * bytes)
  renameSync(away, objects)
  await origin.process.kill()
  await origin.restart()
  await whole.waitFor('debian', ({ state }) => state === 'current')
  await assertSameTree(repository.directory, whole.servedPath('debian'))
  const given = await whole.status()
  expect(given.fromMirrorsBytes).toBeGreaterThan(wanted.length * bytes)
  expect(given.downloadedBytes).toBeLessThan(1.2 * total.bytes)
})

test('another filter leads to the right tree at the next reload, and space is freed', async () => {
  await using lab = openLab('filter-reload')
  const repository = await partedRepository(lab, [...wanted, ...notWanted])
  const origin = await startOrigin(lab)
  await origin.publish('debian', repository.directory)
  const agent = await startAgent(lab, { debian: await origin.link('debian') }, { repository: { filter } })
  await agent.waitForSerial('debian', 1)
  const narrow = await stored(agent)
  const is = (isIt: (status: LabRepositoryStatus) => boolean) =>
    agent.waitFor('debian', status => status.state === 'current' && isIt(status))

  agent.reload({ filter: undefined })
  await is(status => status.filter === undefined)
  await assertSameTree(repository.directory, agent.servedPath('debian'))
  const whole = await stored(agent)
  expect(whole).toBeGreaterThan(narrow + 5 * bytes)

  agent.reload({ filter })
  await is(status => status.filter !== undefined)
  await expect.poll(async () => await stored(agent), { timeout: 20_000 }).toBeLessThan(narrow + bytes)
  expect(existsSync(join(agent.servedPath('debian'), repository.pathOf(made('arm64', { version: '1.2' }))))).toBe(false)
  // what is served is whole, and nothing is fetched again
  expect((await agent.status()).downloadedBytes).toBeLessThan(1.2 * whole)
})
