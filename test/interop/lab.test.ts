import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  aptClient,
  debRepository,
  dnfClient,
  installableDeb,
  installableRpm,
  type Lab,
  makeLabTorrent,
  openLab,
  plainTree,
  runCommand,
  serveDirectory,
  startTracker,
  type TorrentClient,
  torrentClients,
  tryCommand,
  yumRepository,
} from '../lab/index.ts'

let lab: Lab
beforeEach(() => {
  lab = openLab('interop')
})
afterEach(() => lab.close())

describe('apt and a made repository', () => {
  it('apt installs packages, and upgrades them after an update of the repository', async () => {
    const repository = await debRepository(lab)
    const server = await serveDirectory(lab, repository.directory)
    const apt = await aptClient(lab, { url: server.url, suite: repository.suite, keyring: repository.keyring })

    await apt.update()
    expect(repository.packages().size).toBeGreaterThan(40)
    expect(server.requests.some(({ url }) => url.includes('/by-hash/'))).toBe(true)

    await apt.install(installableDeb.name, 'busybox-static')
    const before = await apt.installed()
    expect(before.get(installableDeb.name)).toBe(repository.packages().get(installableDeb.name)?.version)
    const { stdout } = await runCommand('chroot', [apt.root, '/bin/busybox', 'echo', 'it runs'])
    expect(stdout).toBe('it runs\n')

    const { added, removed, upgraded } = await repository.update()
    await apt.update()
    await apt.upgrade()
    expect((await apt.installed()).get(upgraded.name)).toBe(upgraded.to)
    expect(await apt.candidate(removed)).toBeUndefined()
    for (const name of added) expect(await apt.candidate(name)).toBeDefined()
  })

  it('apt installs every package but the one whose dependency is missing on purpose', async () => {
    const repository = await debRepository(lab)
    const server = await serveDirectory(lab, repository.directory)
    const apt = await aptClient(lab, { url: server.url, suite: repository.suite, keyring: repository.keyring })
    await apt.update()
    const names = [...repository.packages().keys()].filter(name => name !== 'hello')
    await apt.install(...names)
    expect([...(await apt.installed()).keys()].sort()).toEqual(names.sort())
    await expect(apt.install('hello')).rejects.toThrow(/libc6/)
  })

  it('apt refuses a repository whose metadata was tampered with', async () => {
    const repository = await debRepository(lab)
    const server = await serveDirectory(lab, repository.directory)
    const apt = await aptClient(lab, { url: server.url, suite: repository.suite, keyring: repository.keyring })
    server.faults.on(/InRelease$/, { kind: 'tamper' })
    await expect(apt.update()).rejects.toThrow(/signature|not signed|BADSIG/i)
  })
})

describe('dnf and a made repository', () => {
  it('dnf lists and installs packages, and upgrades them after an update of the repository', async () => {
    const repository = await yumRepository(lab)
    const server = await serveDirectory(lab, repository.directory)
    const dnf = await dnfClient(lab, { url: server.url })

    await dnf.makecache()
    const listed = [...repository.packages().values()].map(({ name, version }) => `${name}-${version}`)
    expect(await dnf.repoquery()).toEqual(listed.sort())

    await dnf.install(installableRpm.name)
    const before = await dnf.installed()
    expect(before.size).toBe(4)
    const content = join('opt', installableRpm.name, 'content')
    expect(readFileSync(join(dnf.root, content)).length).toBe(40_000)

    const { added, removed, upgraded } = await repository.update()
    await dnf.makecache()
    await dnf.upgrade()
    expect((await dnf.installed()).get(upgraded.name)).toBe(upgraded.to)
    expect(before.get(upgraded.name)).toBe(upgraded.from)
    const names = (await dnf.repoquery('--queryformat', '%{name}')).join(' ')
    for (const name of added) expect(names).toContain(name)
    expect(names).not.toContain(removed)
    expect(existsSync(join(repository.directory, '.treeinfo'))).toBe(true)
  })
})

describe('BitTorrent clients with one tracker between them', () => {
  // Those of one test run at the same time, and take as long as the slowest.

  it.each(['HTTP', 'UDP'])('each client downloads from another one, by a tracker with %s', async protocol => {
    const tracker = await startTracker(lab)
    const announce = protocol === 'HTTP' ? tracker.httpUrl : tracker.udpUrl
    // A ring: each of them seeds to the next one.
    const transfers = torrentClients.map((leecher, k) =>
      transfer(torrentClients.at(k - 1) ?? leecher, leecher, announce),
    )
    await Promise.all(transfers)
  })
})

/** Lets one client seed a tree of its own and another one fetch it, and compares what arrives. */
async function transfer(seeder: TorrentClient, leecher: TorrentClient, announce: string): Promise<void> {
  const name = `${seeder.name}-to-${leecher.name}`
  const [source, target] = [lab.newDirectory('source'), lab.newDirectory('target')]
  plainTree(join(source, name), { files: 20, bytes: [1, 200_000], seed: name.length })
  const { stdout } = await runCommand('find', [name, '-type', 'f', '-printf', '%P\n'], { cwd: source })
  const files = stdout.trim().split('\n').sort()
  const torrent = await makeLabTorrent(lab, { directory: join(source, name), files, name, announce: [announce] })

  const seed = await seeder.download(lab, { torrent, directory: source, seed: true })
  await leecher.download(lab, { torrent, directory: target })
  await seed.stop()

  const { stdout: difference } = await tryCommand('diff', ['-r', join(source, name), join(target, name)])
  expect(difference).toBe('')
}
