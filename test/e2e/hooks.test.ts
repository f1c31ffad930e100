import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MadePackages, makePackages } from '../lab/deb/made-packages.ts'
import { checkout, type Lab, openLab, repocast, runCommand, yumRepository } from '../lab/index.ts'

let lab: Lab
let packages: MadePackages
beforeAll(async () => {
  lab = openLab('hooks')
  packages = await makePackages(lab.newDirectory('packages'))
})
afterAll(() => lab.close())

const hook = (name: string): string => join(checkout, 'deploy/hooks', name)

/** An origin that knows `tree` as `name`, and the environment in which hooks publish it. */
async function originFor(name: string, tree: string) {
  const data = lab.newDirectory('origin')
  await repocast(['origin', 'init', '--data', data, '--url', 'http://127.0.0.1:8080'])
  const settings = `s|^repositories: .*|repositories: ${JSON.stringify({ [name]: { tree } })}|`
  await runCommand('sed', ['-i', settings, join(data, 'origin.yaml')])
  const path = [join(checkout, 'node_modules/.bin'), process.env.PATH].join(delimiter)
  return {
    env: { PATH: path, REPOSITORY: name, DATA: data },
    /** What is published: serial and number of files of each repository. */
    async published(): Promise<unknown> {
      const { stdout } = await repocast(['origin', 'status', '--data', data, '--json'])
      const { repositories } = JSON.parse(stdout) as { repositories: { serial: number; counts: { files: number } }[] }
      return repositories.map(({ serial, counts }) => ({ serial, files: counts.files }))
    },
  }
}

async function filesIn(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).length
}

test('reprepro publishes by its outhook', async () => {
  const conf = lab.newDirectory('reprepro')
  const tree = join(conf, 'tree')
  await writeFile(join(conf, 'distributions'), 'Codename: lab\nArchitectures: amd64\nComponents: main\n')
  await writeFile(join(conf, 'options'), `outhook ${hook('reprepro')}\n`)
  const { env, published } = await originFor('debian', tree)
  const dirs = ['--confdir', conf, '--dbdir', join(conf, 'db'), '--logdir', join(conf, 'logs'), '--outdir', tree]
  await runCommand('reprepro', [...dirs, 'includedeb', 'lab', packages.old], { env })
  expect(await published()).toEqual([{ serial: 1, files: await filesIn(tree) }])
  await runCommand('reprepro', [...dirs, 'includedeb', 'lab', packages.newer, packages.added], { env })
  expect(await published()).toEqual([{ serial: 2, files: await filesIn(tree) }])
  await runCommand('reprepro', [...dirs, 'list', 'lab'], { env })
  expect(await published()).toMatchObject([{ serial: 2 }])
  expect(await readdir(join(conf, 'logs'))).toEqual([])
})

test('aptly publishes by its wrapper', async () => {
  const root = lab.newDirectory('aptly')
  const settings = join(root, 'aptly.conf')
  await writeFile(settings, JSON.stringify({ rootDir: root, skipLegacyPool: true }))
  await mkdir(join(root, 'public'))
  const { env, published } = await originFor('debian', join(root, 'public'))
  const aptly = async (...args: string[]): Promise<void> => {
    await runCommand(hook('aptly'), [`-config=${settings}`, ...args], { env })
  }
  await aptly('repo', 'create', 'main')
  await aptly('repo', 'add', 'main', packages.old)
  expect(await published()).toEqual([])
  await aptly('publish', 'repo', '-skip-signing', '-acquire-by-hash', '-distribution=lab', 'main')
  expect(await published()).toEqual([{ serial: 1, files: await filesIn(join(root, 'public')) }])
  await aptly('repo', 'add', 'main', packages.added)
  await aptly('publish', 'update', '-skip-signing', 'lab')
  expect(await published()).toEqual([{ serial: 2, files: await filesIn(join(root, 'public')) }])
})

test('a script around createrepo_c publishes', async () => {
  const { directory } = await yumRepository(lab)
  const { env, published } = await originFor('yum', directory)
  await runCommand(hook('createrepo'), ['yum', directory], { env })
  expect(await published()).toEqual([{ serial: 1, files: await filesIn(directory) }])
  const rpm = (await readdir(directory, { recursive: true })).find(path => path.endsWith('.rpm')) ?? expect.fail()
  await cp(join(directory, rpm), join(directory, `copy-of-${basename(rpm)}`))
  await runCommand(hook('createrepo'), ['yum', directory], { env })
  expect(await published()).toEqual([{ serial: 2, files: await filesIn(directory) }])
})
