import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type MemoryLink, MemoryTree } from '../check/memory-tree.ts'
import { unpacker } from '../compression/unpacker.ts'
import { checkYum } from './check.ts'
import { type YumCode, yumRules } from './rules.ts'
import { codesOf, findingsOf } from './testing/check-made.ts'
import { MadeYumRepository } from './testing/made-yum-repository.ts'

const repositories = {
  'BaseOS/os': [
    { name: 'a', version: '1' },
    { name: 'b', version: '1.0~rc1^git', epoch: '2' },
  ],
  'updates/os': [{ name: 'a', version: '2', arch: 'noarch' }],
}
const base = 'BaseOS/os'
const rpmA = `${base}/Packages/a/a-1-1.x86_64.rpm`
const rpmB = `${base}/Packages/b/b-1.0~rc1^git-1.x86_64.rpm`
const repomd = `${base}/repodata/repomd.xml`
const treeInfo = `${base}/.treeinfo`

const made = (): MadeYumRepository => new MadeYumRepository({ repositories, treeInfo: true })

type Files = Map<string, Uint8Array | MemoryLink>

/** One fault for each rule: what it does to a tree where all is right, and the whole of what is found then. */
const faults: Record<YumCode, (made: MadeYumRepository, files: Files) => readonly string[]> = {
  YUM_REPOMD_MALFORMED: ({ files }) => {
    files.set(repomd, files.get(repomd)?.subarray(0, 100) ?? expect.fail())
    return [`YUM_REPOMD_MALFORMED ${repomd}`, `YUM_TREEINFO_REPOMD ${repomd}`]
  },
  YUM_PRIMARY_UNNAMED: made => {
    made.files.set(repomd, Buffer.from('<repomd/>'))
    const left = (['primary', 'filelists', 'other'] as const).map(type => `YUM_METADATA_STALE ${made.path(base, type)}`)
    return [`YUM_PRIMARY_UNNAMED ${repomd}`, `YUM_TREEINFO_REPOMD ${repomd}`, ...left]
  },
  YUM_UPDATE_UNFINISHED: ({ files }) => {
    files.set(`${base}/.repodata/primary.xml.gz`, Buffer.from(''))
    return [`YUM_UPDATE_UNFINISHED ${base}/.repodata`]
  },
  YUM_METADATA_MISSING: made => {
    made.files.delete(made.path(base, 'other'))
    return [`YUM_METADATA_MISSING ${made.path(base, 'other')}`]
  },
  YUM_METADATA_SIZE: made => {
    const path = made.path(base, 'other')
    made.files.set(path, Buffer.concat([made.files.get(path) ?? expect.fail(), gzipSync('')]))
    return [`YUM_METADATA_SIZE ${path}`]
  },
  YUM_METADATA_CHECKSUM: made => {
    const path = made.path(base, 'filelists')
    const content = made.files.get(path) ?? expect.fail()
    content[4] = 1 // the time in the header of gzip, which changes nothing else
    return [`YUM_METADATA_CHECKSUM ${path}`]
  },
  YUM_METADATA_HEADER_CHECKSUM: made => {
    const content = Buffer.from('header and chunks')
    const digest = createHash('sha256').update('another').digest('hex')
    const header = `<header-checksum type="sha256">${digest}</header-checksum><header-size>6</header-size>`
    const name = `repodata/${createHash('sha256').update(content).digest('hex')}-x.xml`
    made.files.set(`${base}/${name}`, content)
    made.seal(base, made.dataElement('x_zck', name, content, undefined, header))
    return [`YUM_METADATA_HEADER_CHECKSUM ${base}/${name}`, `YUM_TREEINFO_REPOMD ${repomd}`]
  },
  YUM_METADATA_DAMAGED: made => {
    const path = made.path('updates/os', 'filelists')
    const content = made.files.get(path) ?? expect.fail()
    content.fill(0xff, 12, 20)
    return [`YUM_METADATA_CHECKSUM ${path}`, `YUM_METADATA_DAMAGED ${path}`]
  },
  YUM_METADATA_OPEN_CHECKSUM: made => {
    const content = gzipSync('this')
    const name = `repodata/${createHash('sha256').update(content).digest('hex')}-x.xml.gz`
    made.files.set(`updates/os/${name}`, content)
    made.seal('updates/os', made.dataElement('x', name, content, 'that'))
    return [`YUM_METADATA_OPEN_CHECKSUM updates/os/${name}`, 'YUM_TREEINFO_REPOMD updates/os/repodata/repomd.xml']
  },
  YUM_METADATA_SIMPLE_NAME: made => {
    const content = Buffer.from('modules')
    made.files.set(`${base}/repodata/modules.yaml`, content)
    made.seal(base, made.dataElement('modules', 'repodata/modules.yaml', content))
    return [`YUM_METADATA_SIMPLE_NAME ${base}/repodata/modules.yaml`, `YUM_TREEINFO_REPOMD ${repomd}`]
  },
  YUM_METADATA_STALE: ({ files }) => {
    files.set(`${base}/repodata/old-primary.xml.gz`, Buffer.from(''))
    return [`YUM_METADATA_STALE ${base}/repodata/old-primary.xml.gz`]
  },
  YUM_PRIMARY_MALFORMED: made => {
    made.edit('updates/os', 'primary', text => text.replace('<arch>noarch</arch>', ''))
    made.seal('updates/os')
    return [
      `YUM_PRIMARY_MALFORMED ${made.path('updates/os', 'primary')}`,
      'YUM_TREEINFO_REPOMD updates/os/repodata/repomd.xml',
    ]
  },
  YUM_PACKAGE_COUNT: made => {
    made.edit(base, 'primary', text => text.replace('packages="2"', 'packages="3"'))
    made.seal(base)
    return [`YUM_PACKAGE_COUNT ${made.path(base, 'primary')}`, `YUM_TREEINFO_REPOMD ${repomd}`]
  },
  YUM_PACKAGE_MISSING: ({ files }) => {
    files.delete(rpmA)
    files.set(`${rpmA}/x`, Buffer.from('')) // a directory is no package
    return [`YUM_PACKAGE_MISSING ${rpmA}`]
  },
  YUM_PACKAGE_SIZE: ({ files }) => {
    files.set(rpmB, files.get(rpmB)?.subarray(1) ?? expect.fail())
    return [`YUM_PACKAGE_SIZE ${rpmB}`]
  },
  YUM_PACKAGE_CHECKSUM: ({ files }) => {
    files.get(rpmB)?.fill(0, 0, 1)
    return [`YUM_PACKAGE_CHECKSUM ${rpmB}`]
  },
  YUM_DUPLICATE_PACKAGE: made => {
    const content = Buffer.from('built again')
    made.files.set(`${base}/again.rpm`, content)
    made.edit(base, 'primary', text => {
      const [found = ''] = /<package.*?<\/package>\n/s.exec(text) ?? []
      const again = found
        .replace(/[0-9a-f]{64}/, createHash('sha256').update(content).digest('hex'))
        .replace(/package="\d+"/, `package="${content.length}"`)
        .replace(/href="[^"]*"/, 'href="again.rpm"')
      return text.replace('packages="2"', 'packages="4"').replace(found, found + again + found)
    })
    made.seal(base)
    return [`YUM_DUPLICATE_PACKAGE ${base}/again.rpm`, `YUM_TREEINFO_REPOMD ${repomd}`]
  },
  YUM_PACKAGE_UNNAMED: ({ files }) => {
    files.set(`${base}/new.rpm`, Buffer.from(''))
    return [`YUM_PACKAGE_UNNAMED ${base}/new.rpm`]
  },
  YUM_LOCATION_OUTSIDE: made => {
    made.edit(base, 'primary', text => text.replace('href="Packages/a/', 'href="../../../Packages/a/'))
    made.seal(base)
    return [
      `YUM_LOCATION_OUTSIDE ${made.path(base, 'primary')}`,
      `YUM_PACKAGE_UNNAMED ${rpmA}`,
      `YUM_TREEINFO_REPOMD ${repomd}`,
    ]
  },
  YUM_LOCATION_ELSEWHERE: made => {
    made.edit(base, 'primary', text => text.replace('<location ', '<location xml:base="https://host/x/" '))
    made.seal(base)
    return [
      `YUM_LOCATION_ELSEWHERE ${made.path(base, 'primary')}`,
      `YUM_PACKAGE_UNNAMED ${rpmA}`,
      `YUM_TREEINFO_REPOMD ${repomd}`,
    ]
  },
  YUM_LOCATION_ENCODED: made => {
    made.edit(base, 'primary', text => text.replace('1.0~rc1^git-1.x86_64.rpm', '1.0~rc1%5Egit-1.x86_64.rpm'))
    made.seal(base)
    return [`YUM_LOCATION_ENCODED ${made.path(base, 'primary')}`, `YUM_TREEINFO_REPOMD ${repomd}`]
  },
  YUM_WEAK_CHECKSUM: (_, files) => {
    const weak = new MadeYumRepository({ repositories: { weak: [{ name: 'c', version: '1' }] }, algorithm: 'sha1' })
    for (const [path, content] of weak.files) files.set(path, content)
    return [`YUM_WEAK_CHECKSUM ${weak.path('weak', 'primary')}`, 'YUM_WEAK_CHECKSUM weak/repodata/repomd.xml']
  },
  // Without keys signatures are not looked at: see below.
  YUM_SIGNATURE_BAD: () => [],
  YUM_SIGNATURE_MISSING: () => [],
  YUM_TREEINFO_MALFORMED: ({ files }) => {
    files.set(treeInfo, Buffer.from('[header]\nnonsense\n'))
    return [`YUM_TREEINFO_MALFORMED ${treeInfo}`]
  },
  YUM_TREEINFO_IMAGE_MISSING: ({ files }) => {
    files.delete(`${base}/images/install.img`)
    return [`YUM_TREEINFO_IMAGE_MISSING ${base}/images/install.img`]
  },
  YUM_TREEINFO_IMAGE_CHECKSUM: ({ files }) => {
    files.set(`${base}/images/pxeboot/vmlinuz`, Buffer.from('newer'))
    return [`YUM_TREEINFO_IMAGE_CHECKSUM ${base}/images/pxeboot/vmlinuz`]
  },
  YUM_TREEINFO_REPOMD: ({ files }) => {
    files.set(repomd, Buffer.concat([files.get(repomd) ?? expect.fail(), Buffer.from('\n')]))
    return [`YUM_TREEINFO_REPOMD ${repomd}`]
  },
  YUM_TREEINFO_VARIANT_MISSING: ({ files }) => {
    const more = '[variant-AppStream]\nrepository = ../../AppStream/os\npackages = ../../../Packages\n'
    files.set(treeInfo, Buffer.from(`${files.get(treeInfo)}${more}`))
    return [`YUM_TREEINFO_VARIANT_MISSING ${treeInfo}`, `YUM_TREEINFO_VARIANT_MISSING ${treeInfo}`]
  },
}

test('a tree where all is right has no findings', async () => {
  expect(await findingsOf(made().files)).toEqual([])
  expect(await findingsOf(new MadeYumRepository({ repositories: { '': [] } }).files)).toEqual([])
})

describe('each rule finds its fault, and no other', () => {
  test.each(Object.entries(faults))('%s', async (code, inject) => {
    const broken = made()
    const expected = inject(broken, broken.files as Files)
    expect(await codesOf(broken.files)).toEqual([...expected].sort())
    if (!code.startsWith('YUM_SIGNATURE')) expect(expected.some(one => one.startsWith(`${code} `))).toBe(true)
  })

  test('signatures, when keys are given', async () => {
    const { files } = made()
    const signature = 'BaseOS/os/repodata/repomd.xml.asc'
    files.set(signature, Buffer.from('signature'))
    const seen: string[] = []
    const findings = await findingsOf(files, {
      async verifyDetached(content, bytes) {
        for await (const chunk of content) seen.push(Buffer.from(chunk).toString())
        seen.push(Buffer.from(bytes).toString())
        return { valid: false, why: 'another key made it' }
      },
      verifyClearSigned: () => expect.fail('yum has none'),
    })
    expect(seen).toEqual([files.get(repomd)?.toString(), 'signature'])
    expect(findings).toEqual([
      { code: 'YUM_SIGNATURE_BAD', severity: 'error', path: signature, message: 'another key made it' },
      {
        code: 'YUM_SIGNATURE_MISSING',
        severity: 'warning',
        path: 'updates/os/repodata/repomd.xml.asc',
        message: 'it is not there, so nobody can tell who made updates/os/repodata/repomd.xml',
      },
    ])
  })
})

test('every finding has the severity of its rule', async () => {
  for (const inject of Object.values(faults)) {
    const broken = made()
    inject(broken, broken.files as Files)
    for (const { code, severity } of await findingsOf(broken.files)) expect(severity).toBe(yumRules[code].severity)
  }
})

test('metadata and packages may lie behind links inside the tree, and the list of packages beside repodata', async () => {
  const made = new MadeYumRepository({ repositories: { real: [{ name: 'a', version: '1' }] } })
  const files: Files = new Map(made.files)
  files.set('alias/repodata', { target: '../real/repodata' })
  files.set('alias/Packages', { target: '../real/Packages' })
  expect(await codesOf(files)).toEqual([])
  files.delete('alias/Packages')
  expect(await codesOf(files)).toEqual(['YUM_PACKAGE_MISSING alias/Packages/a/a-1-1.x86_64.rpm'])
})

test('several repositories may share packages by climbing in the tree', async () => {
  const made = new MadeYumRepository({ repositories: { 'x/os': [{ name: 'a', version: '1' }] } })
  const content = made.files.get('x/os/Packages/a/a-1-1.x86_64.rpm') ?? expect.fail()
  made.files.delete('x/os/Packages/a/a-1-1.x86_64.rpm')
  made.files.set('pool/a-1-1.x86_64.rpm', content)
  made.edit('x/os', 'primary', text => text.replace('Packages/a/', '../../pool/'))
  made.seal('x/os')
  expect(await codesOf(made.files)).toEqual([])
})

test('a check stops when it is told to', async () => {
  const stop = new AbortController()
  const { files } = made()
  files.set('stray.rpm', Buffer.from(''))
  files.delete(rpmA)
  const findings: string[] = []
  const tree = new MemoryTree(files)
  const report = ({ code }: { readonly code: string }): void => {
    findings.push(code)
    stop.abort(new Error('enough'))
  }
  const checked = checkYum({ tree, now: new Date(0), signal: stop.signal, report }, unpacker)
  await expect(checked).rejects.toThrow('enough')
  expect(findings).toEqual(['YUM_PACKAGE_MISSING'])
})

test('what is asked for as it is written is found under the name without escapes', async () => {
  const made = new MadeYumRepository({ repositories: { '': [] } })
  const content = Buffer.from('grouped')
  const name = `${createHash('sha256').update(content).digest('hex')}-groups~1.xml`
  made.files.set(`repodata/${name}`, content)
  made.seal('', made.dataElement('group', `repodata/${name.replace('~', '%7E')}`, content))
  expect(await codesOf(made.files)).toEqual([])
})

test('an xml:base that is no address leads nowhere', async () => {
  const made = new MadeYumRepository({ repositories: { '': [{ name: 'a', version: '1' }] } })
  made.edit('', 'primary', text => text.replace('<location ', '<location xml:base="../" '))
  made.seal('')
  expect(await findingsOf(made.files)).toContainEqual({
    code: 'YUM_LOCATION_OUTSIDE',
    severity: 'error',
    path: made.path('', 'primary'),
    message: 'the location "Packages/a/a-1-1.x86_64.rpm" of "a" is refused: its xml:base "../" is not an address',
  })
})

test('the zchunk form of primary.xml is held against the packages too, unless it says that it is the same', async () => {
  const made = new MadeYumRepository({ repositories: { '': [{ name: 'a', version: '1' }] } })
  const [same, old] = [made.text('', 'primary'), made.text('', 'primary').replace('a-1-1', 'a-0-1')]
  for (const [text, expected] of [
    [same, []],
    [old, ['YUM_PACKAGE_MISSING Packages/a/a-0-1.x86_64.rpm']],
  ] as const) {
    const name = `repodata/${createHash('sha256').update(text).digest('hex')}-primary.xml`
    const files: Files = new Map()
    made.seal('', made.dataElement('primary_zck', name, Buffer.from(text), text))
    for (const [path, content] of made.files) files.set(path, content)
    files.set(name, Buffer.from(text))
    expect(await codesOf(files)).toEqual(expected)
  }
})
