import { cp, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkYum, packageFamilies, unpacker, type YumFinding } from '@repocast/repositories'
import { MemoryTree } from '@repocast/repositories/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dnfClient, type Lab, openLab, runCommand, serveDirectory, tryCommand, yumRepository } from '../lab/index.ts'
import { readContents } from '../lab/tree/contents.ts'

let lab: Lab
/** The packages, without metadata. */
let packages: string
beforeAll(async () => {
  lab = openLab('createrepo')
  packages = (await yumRepository(lab)).directory
  await rm(join(packages, 'repodata'), { recursive: true })
})
afterAll(() => lab.close())

/** A copy of the packages, with metadata that createrepo_c makes with `options`. */
async function made(...options: string[]): Promise<string> {
  const directory = lab.newDirectory('tree')
  await cp(packages, directory, { recursive: true, preserveTimestamps: true })
  await runCommand('createrepo_c', ['--quiet', ...options, directory])
  return directory
}

async function check(directory: string): Promise<YumFinding[]> {
  const findings: YumFinding[] = []
  const tree = new MemoryTree(await readContents(directory))
  await checkYum({ tree, now: new Date(), report: finding => findings.push(finding as YumFinding) }, unpacker)
  return findings
}

const codes = async (directory: string): Promise<string[]> => [
  ...new Set((await check(directory)).map(({ code }) => code)),
]

describe('what createrepo_c makes has no findings', () => {
  test.for(['gz', 'bz2', 'xz', 'zstd'])('with --general-compress-type=%s', async (type, { skip }) => {
    const option = `--general-compress-type=${type}`
    const { stderr } = await tryCommand('createrepo_c', ['--quiet', option, lab.newDirectory('probe')])
    skip(/Unknown\/Unsupported compression/.test(stderr), 'this createrepo_c was built without it')
    expect(await check(await made(option))).toEqual([])
  })

  test('with --zck', async ({ skip }) => {
    const { stderr } = await tryCommand('createrepo_c', ['--quiet', '--zck', lab.newDirectory('probe')])
    skip(/zck/.test(stderr), 'this createrepo_c was built without it')
    const directory = await made('--zck')
    expect(await readFile(join(directory, 'repodata/repomd.xml'), 'utf8')).toMatch(/type="primary_zck"/)
    expect(await check(directory)).toEqual([])
  })

  test.each(['sha224', 'sha256', 'sha384', 'sha512'])('with --checksum=%s', async type => {
    expect(await check(await made(`--checksum=${type}`))).toEqual([])
  })

  test.each(['md5', 'sha', 'sha1'])('with --checksum=%s, but that it can be forged', async type => {
    expect(await codes(await made(`--checksum=${type}`))).toEqual(['YUM_WEAK_CHECKSUM'])
  })

  test('with --simple-md-filenames, but that an update is not atomic', async () => {
    const findings = await check(await made('--simple-md-filenames', '--no-database'))
    expect(findings.map(({ code, severity, path }) => [code, severity, path])).toEqual(
      ['primary', 'filelists', 'other'].map(type => ['YUM_METADATA_SIMPLE_NAME', 'warning', `repodata/${type}.xml.gz`]),
    )
  })

  test('with groups, updateinfo, modules and a certificate', async () => {
    const extras = lab.newDirectory('extras')
    const put = async (name: string, text: string): Promise<string> => {
      await writeFile(join(extras, name), text)
      return join(extras, name)
    }
    const directory = await made('--groupfile', await put('comps.xml', '<comps/>\n'))
    for (const [name, text] of [
      ['updateinfo.xml', '<updates/>\n'],
      ['modules.yaml', 'document: modulemd\n'],
      ['productid', 'CERTIFICATE\n'],
    ] as const)
      await runCommand('modifyrepo_c', [await put(name, text), join(directory, 'repodata')])
    expect(await readFile(join(directory, 'repodata/repomd.xml'), 'utf8')).toMatch(/type="productid"/)
    expect(await check(directory)).toEqual([])
  })

  test('after an update; what it keeps of the last one is told', async () => {
    const directory = await made()
    await rm(join(directory, 'Packages/f'), { recursive: true })
    await runCommand('createrepo_c', ['--quiet', '--update', '--retain-old-md', '5', directory])
    expect(await codes(directory)).toEqual(['YUM_METADATA_STALE'])
    expect((await check(directory)).every(({ severity }) => severity === 'note')).toBe(true)
  })

  test('for a repository whose packages lie beside it', async () => {
    const directory = lab.newDirectory('beside')
    await cp(packages, join(directory, 'pool'), { recursive: true, preserveTimestamps: true })
    const options = ['--location-prefix', '../pool', '--outputdir', join(directory, 'os')]
    await runCommand('mkdir', [join(directory, 'os')])
    await runCommand('createrepo_c', ['--quiet', ...options, join(directory, 'pool')])
    expect(await check(directory)).toEqual([])
  })

  test('for another server, but that mirrors do not carry the packages', async () => {
    const findings = await check(await made('--baseurl', 'https://elsewhere.invalid/x'))
    expect([...new Set(findings.map(({ code, severity }) => `${severity} ${code}`))]).toEqual([
      'note YUM_LOCATION_ELSEWHERE',
      'note YUM_PACKAGE_UNNAMED',
    ])
  })
})

test('the packages are those that dnf sees', async () => {
  const directory = await made()
  const server = await serveDirectory(lab, directory)
  const dnf = await dnfClient(lab, { url: server.url })
  const ours: string[] = []
  const tree = new MemoryTree(await readContents(directory))
  for await (const { packages } of packageFamilies.yum.lists(tree, unpacker))
    for await (const { name, version } of packages()) ours.push(`${name}-${version.replace(/-1$/, '')}`)
  expect(ours.sort()).toEqual(await dnf.repoquery())
})

describe('dnf fails where an error is found, and only there', () => {
  /** Changes the primary.xml of a tree, with all that names it. */
  async function editPrimary(directory: string, change: (text: string) => string): Promise<void> {
    const repodata = join(directory, 'repodata')
    const name = (await readdir(repodata)).find(file => file.endsWith('-primary.xml.gz')) ?? expect.fail()
    const { stdout } = await runCommand('gzip', ['-dc', join(repodata, name)])
    const edited = join(lab.newDirectory('edited'), 'primary.xml')
    await writeFile(edited, change(stdout))
    await runCommand('modifyrepo_c', ['--remove', 'primary', repodata])
    await runCommand('modifyrepo_c', ['--mdtype=primary', edited, repodata])
  }
  const tiny = 'Packages/t/lab-tiny-0.1-1.noarch.rpm'
  const primaryOf = async (directory: string): Promise<string> => {
    const name = (await readdir(join(directory, 'repodata'))).find(file => file.endsWith('-primary.xml.gz'))
    return join(directory, 'repodata', name ?? expect.fail())
  }
  const edit = (from: string, to: string) => (directory: string) =>
    editPrimary(directory, text => text.replace(from, to))

  const faults: [string, (directory: string) => Promise<void>, string[]][] = [
    ['nothing', async () => {}, []],
    ['a package is missing', directory => unlink(join(directory, tiny)), ['YUM_PACKAGE_MISSING']],
    ['a package is another', directory => writeFile(join(directory, tiny), 'x'), ['YUM_PACKAGE_SIZE']],
    [
      'a package was damaged',
      async directory => {
        const content = await readFile(join(directory, tiny))
        content[content.length - 1] = (content.at(-1) ?? 0) ^ 1
        await writeFile(join(directory, tiny), content)
      },
      ['YUM_PACKAGE_CHECKSUM'],
    ],
    ['primary.xml is missing', async directory => unlink(await primaryOf(directory)), ['YUM_METADATA_MISSING']],
    [
      'primary.xml is that of another update',
      async directory => rename(await primaryOf(await made('--checksum=sha512')), await primaryOf(directory)),
      ['YUM_METADATA_SIZE', 'YUM_METADATA_DAMAGED'],
    ],
    [
      'repomd.xml does not name primary.xml',
      async directory => {
        const path = join(directory, 'repodata/repomd.xml')
        const text = await readFile(path, 'utf8')
        await writeFile(path, text.replace(/<data type="primary">.*?<\/data>/s, ''))
      },
      ['YUM_PRIMARY_UNNAMED'],
    ],
    ['a location has a slash in front', edit(tiny, `/${tiny}`), []],
    ['a location goes up and down', edit(tiny, `x/..//./${tiny}`), []],
    ['a location has percent escapes', edit(tiny, tiny.replace('lab-', 'lab%2D')), ['YUM_LOCATION_ENCODED']],
    ['an xml:base is a path', edit(`href="${tiny}`, `xml:base="../" href="${tiny}`), ['YUM_LOCATION_OUTSIDE']],
    [
      'repomd.xml is cut off',
      async directory => writeFile(join(directory, 'repodata/repomd.xml'), '<repomd'),
      ['YUM_REPOMD_MALFORMED'],
    ],
  ]
  test.each(faults)('%s', async (_, inject, expected) => {
    const directory = await made('--no-database')
    await inject(directory)
    const errors = (await check(directory)).filter(({ severity }) => severity === 'error').map(({ code }) => code)
    expect([...new Set(errors)]).toEqual(expected)
    const server = await serveDirectory(lab, directory)
    const dnf = await dnfClient(lab, { url: server.url })
    const installed = await dnf.install('lab-tiny').then(
      () => true,
      () => false,
    )
    expect(installed).toBe(expected.length === 0)
  })
})
