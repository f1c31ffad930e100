import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type MemoryLink, MemoryTree } from '../check/memory-tree.ts'
import type { SignatureVerdict, SignatureVerifier } from '../check/signatures.ts'
import { unpacker } from '../compression/unpacker.ts'
import { checkDeb } from './check.ts'
import { type DebCode, debRules } from './rules.ts'
import { codesOf, findingsOf } from './testing/check-made.ts'
import { clearSigned, digest, type MadeOptions, MadeRepository } from './testing/made-repository.ts'
import type { DebUpdateCode } from './update-rules.ts'

const options: MadeOptions = {
  suites: [
    {
      name: 'stable',
      packages: [
        { name: 'a', version: '1:1.0', architecture: 'amd64' },
        { name: 'b', version: '1.0~rc1+x', architecture: 'all' },
      ],
      sources: [{ name: 's', version: '1' }],
    },
    { name: 'testing', packages: [{ name: 'a', version: '1:1.0', architecture: 'amd64' }] },
  ],
  compressions: ['', '.gz'],
  byHash: true,
  extras: true,
}
const made = (more: Partial<MadeOptions> = {}): MadeRepository => new MadeRepository({ ...options, ...more })

const release = 'dists/stable/Release'
const inRelease = 'dists/stable/InRelease'
const packages = 'dists/stable/main/binary-amd64/Packages'
const sources = 'dists/stable/main/source/Sources'
const contents = 'dists/stable/main/Contents-amd64'
const installer = 'dists/stable/main/installer-amd64/current/images'
const debA = 'pool/main/a_1.0_amd64.deb'
const debB = 'pool/main/b_1.0~rc1+x_all.deb'
const tarball = 'pool/main/s/s_1.tar.xz'

type Files = Map<string, Uint8Array | MemoryLink>

const at = (files: ReadonlyMap<string, Buffer>, path: string): Buffer => files.get(path) ?? expect.fail(`no ${path}`)

/** Removes a file and its by-hash copies. */
function remove(files: Map<string, Buffer>, ...paths: string[]): void {
  for (const path of paths) {
    const content = at(files, path)
    const directory = path.slice(0, path.lastIndexOf('/'))
    for (const [other, same] of [...files])
      if (other === path || (other.startsWith(`${directory}/by-hash/`) && same.equals(content))) files.delete(other)
  }
}

/** Both Release files of `stable` with other text. */
function editRelease(files: Map<string, Buffer>, change: (text: string) => string): void {
  const text = change(at(files, release).toString())
  files.set(release, Buffer.from(text))
  files.set(inRelease, Buffer.from(clearSigned(text)))
}

/** One fault for each rule: what it does to a tree where all is right, and the whole of what is found then. */
const faults: Record<Exclude<DebCode, DebUpdateCode>, (made: MadeRepository, files: Files) => readonly string[]> = {
  DEB_RELEASE_MISSING: ({ files }) => {
    files.delete(release)
    files.delete(inRelease)
    return [`DEB_RELEASE_MISSING ${release}`]
  },
  DEB_RELEASE_PLAIN_MISSING: ({ files }) => {
    files.delete(release)
    return [`DEB_RELEASE_PLAIN_MISSING ${release}`]
  },
  DEB_RELEASE_MALFORMED: ({ files }) => {
    files.set(release, Buffer.from('nonsense\n'))
    files.delete(inRelease)
    return [`DEB_RELEASE_MALFORMED ${release}`]
  },
  DEB_RELEASE_MISMATCH: ({ files }) => {
    files.set(release, Buffer.from(`${at(files, release)}Description: newer\n`))
    return [`DEB_RELEASE_MISMATCH ${inRelease}`]
  },
  // Without keys signatures are not looked at: see below.
  DEB_SIGNATURE_BAD: () => [],
  DEB_SIGNATURE_MISSING: () => [],
  DEB_VALID_UNTIL_PAST: made => {
    made.seal('stable', { 'Valid-Until': 'Wed, 31 Dec 1969 23:59:59 UTC' })
    return [`DEB_VALID_UNTIL_PAST ${inRelease}`]
  },
  DEB_DATE_FUTURE: made => {
    made.seal('stable', { Date: 'Thu, 01 Jan 1970 00:01:00 UTC' })
    return [`DEB_DATE_FUTURE ${inRelease}`]
  },
  DEB_INDEX_MISSING: ({ files }) => {
    files.set('dists/stable/main/binary-amd64/Release', Buffer.from(''))
    remove(files, packages, `${packages}.gz`)
    return [`DEB_INDEX_MISSING ${packages}`]
  },
  DEB_PART_MISSING: ({ files }) => {
    for (const path of [...files.keys()]) if (path.startsWith('dists/stable/main/binary-arm64/')) files.delete(path)
    return [`DEB_PART_MISSING ${inRelease}`]
  },
  DEB_EXTRA_MISSING: ({ files }) => {
    remove(files, contents, `${contents}.gz`)
    return [`DEB_EXTRA_MISSING ${inRelease}`]
  },
  DEB_INDEX_SIZE: ({ files }) => {
    files.set(sources, Buffer.concat([at(files, sources), Buffer.from('\n')]))
    return [`DEB_INDEX_SIZE ${sources}`]
  },
  DEB_INDEX_CHECKSUM: ({ files }) => {
    files.set(packages, Buffer.alloc(at(files, packages).length, '\n'))
    return [`DEB_INDEX_CHECKSUM ${packages}`]
  },
  DEB_INDEX_FORMS_DIFFER: made => {
    made.files.set(`${packages}.gz`, gzipSync(made.text(packages).replace('made', 'mode')))
    made.seal('stable')
    return [`DEB_INDEX_FORMS_DIFFER ${packages}.gz`]
  },
  DEB_INDEX_MALFORMED: made => {
    made.edit(sources, text => text.replace('Package: s', 'Package s'))
    made.seal('stable')
    return [`DEB_INDEX_MALFORMED ${sources}`]
  },
  DEB_INDEX_UNREAD: made => {
    const text = made.text(packages)
    remove(made.files, packages, `${packages}.gz`)
    made.files.set(`${packages}.lzma`, Buffer.from(`squeezed ${text}`))
    made.seal('stable')
    return [`DEB_INDEX_UNREAD ${packages}.lzma`]
  },
  DEB_INDEX_UNNAMED: ({ files }) => {
    const path = 'dists/stable/main/binary-riscv64/Packages'
    files.set(path, Buffer.from(''))
    return [`DEB_INDEX_UNNAMED ${path}`]
  },
  DEB_PATH_UNSAFE: made => {
    made.edit(packages, text => text.replace(debA, `../${debA}`))
    made.files.delete(`${packages}.diff/Index`)
    made.seal('stable')
    return [`DEB_PATH_UNSAFE ${packages}`]
  },
  DEB_BY_HASH_MISSING: ({ files }) => {
    const path = `dists/stable/main/binary-amd64/by-hash/SHA256/${digest('sha256', at(files, packages))}`
    files.delete(path)
    return [`DEB_BY_HASH_MISSING ${path}`]
  },
  DEB_BY_HASH_WRONG: ({ files }) => {
    const path = `dists/stable/main/binary-amd64/by-hash/SHA256/${digest('sha256', 'an old one')}`
    files.set(path, Buffer.from('another one'))
    return [`DEB_BY_HASH_WRONG ${path}`]
  },
  DEB_PDIFF_BROKEN: ({ files }) => {
    files.delete(`${packages}.diff/T-1.gz`)
    return [`DEB_PDIFF_BROKEN ${packages}.diff/T-1.gz`]
  },
  DEB_PACKAGE_MISSING: ({ files }) => {
    files.delete(debA)
    files.set(`${debA}/x`, Buffer.from('')) // a directory is no package
    return [`DEB_PACKAGE_MISSING ${debA}`, `DEB_POOL_UNNAMED ${debA}/x`]
  },
  DEB_PACKAGE_SIZE: ({ files }) => {
    files.set(debB, at(files, debB).subarray(1))
    return [`DEB_PACKAGE_SIZE ${debB}`]
  },
  DEB_PACKAGE_CHECKSUM: ({ files }) => {
    files.set(debA, Buffer.alloc(at(files, debA).length))
    return [`DEB_PACKAGE_CHECKSUM ${debA}`]
  },
  DEB_SOURCE_FILE_MISSING: ({ files }) => {
    files.delete(tarball)
    return [`DEB_SOURCE_FILE_MISSING ${tarball}`]
  },
  DEB_SOURCE_FILE_SIZE: ({ files }) => {
    files.set(tarball, Buffer.from('x'))
    return [`DEB_SOURCE_FILE_SIZE ${tarball}`]
  },
  DEB_SOURCE_FILE_CHECKSUM: ({ files }) => {
    files.set(tarball, Buffer.alloc(at(files, tarball).length))
    return [`DEB_SOURCE_FILE_CHECKSUM ${tarball}`]
  },
  DEB_INSTALLER_MALFORMED: made => {
    made.files.set(`${installer}/SHA256SUMS`, Buffer.from('nonsense\n'))
    made.seal('stable')
    return [`DEB_INSTALLER_MALFORMED ${installer}/SHA256SUMS`]
  },
  DEB_INSTALLER_MISSING: ({ files }) => {
    files.delete(`${installer}/netboot/mini.iso`)
    return [`DEB_INSTALLER_MISSING ${installer}/netboot/mini.iso`]
  },
  DEB_INSTALLER_CHECKSUM: ({ files }) => {
    files.set(`${installer}/netboot/mini.iso`, Buffer.from('newer'))
    return [`DEB_INSTALLER_CHECKSUM ${installer}/netboot/mini.iso`]
  },
  DEB_WEAK_CHECKSUM: (_, files) => {
    const weak = new MadeRepository({ ...options, algorithms: ['md5', 'sha1'], extras: false })
    for (const [path, content] of weak.files) files.set(`old/${path}`, content)
    const index = (name: string): string => `DEB_WEAK_CHECKSUM old/dists/${name}`
    return [
      index('stable/InRelease'),
      index('testing/InRelease'),
      index('stable/main/binary-amd64/Packages'),
      index('stable/main/binary-arm64/Packages'),
      index('stable/main/source/Sources'),
      index('testing/main/binary-amd64/Packages'),
    ]
  },
  DEB_DUPLICATE_PACKAGE: made => {
    const other = 'pool/main/a_1.0_amd64.rebuilt.deb'
    made.files.set(other, Buffer.from('built again'))
    const text = made.text('dists/testing/main/binary-amd64/Packages')
    const again = text
      .replace(debA, other)
      .replace(/Size: \d+/, 'Size: 11')
      .replace(/MD5sum: .*/, `MD5sum: ${digest('md5', 'built again')}`)
      .replace(/SHA256: .*/, `SHA256: ${digest('sha256', 'built again')}`)
    made.edit('dists/testing/main/binary-amd64/Packages', () => again)
    made.files.delete('dists/testing/main/binary-amd64/Packages.diff/Index')
    made.seal('testing')
    return [`DEB_DUPLICATE_PACKAGE ${other}`]
  },
  DEB_POOL_UNNAMED: ({ files }) => {
    for (const name of ['x.deb', 'x.orig.tar.gz', 'y.dsc', 'z.udeb']) files.set(`pool/x/${name}`, Buffer.from(''))
    files.set('doc/readme', Buffer.from(''))
    return ['DEB_POOL_UNNAMED pool/x/x.deb']
  },
}

test('a tree where all is right has no findings', async () => {
  expect(await findingsOf(made().files)).toEqual([])
  expect(await findingsOf(made({ compressions: ['.gz'], byHash: false }).files)).toEqual([])
  expect(await findingsOf(made({ algorithms: ['sha512'], extras: false }).files)).toEqual([])
  expect(await findingsOf(new Map())).toEqual([])
})

describe('each rule finds its fault, and no other', () => {
  test.each(Object.entries(faults))('%s', async (code, inject) => {
    const broken = made()
    const expected = inject(broken, broken.files as Files)
    expect(await codesOf(broken.files)).toEqual([...expected].sort())
    if (!code.startsWith('DEB_SIGNATURE')) expect(expected.some(one => one.startsWith(`${code} `))).toBe(true)
  })

  test('signatures, when keys are given', async () => {
    const { files } = made()
    files.set('dists/stable/Release.gpg', Buffer.from('detached'))
    files.delete('dists/testing/InRelease')
    const seen: string[] = []
    const why: SignatureVerdict = { valid: false, why: 'another key made it' }
    const verifier: SignatureVerifier = {
      async verifyDetached(content, signature) {
        for await (const chunk of content) seen.push(Buffer.from(chunk).toString())
        seen.push(Buffer.from(signature).toString())
        return why
      },
      async verifyClearSigned(message) {
        seen.push(Buffer.from(message).toString())
        return why
      },
    }
    const findings = await findingsOf(files, verifier)
    expect(seen).toEqual([at(files, inRelease).toString(), at(files, release).toString(), 'detached'])
    expect(findings.map(({ code, path, message }) => [code, path, message])).toEqual([
      ['DEB_SIGNATURE_BAD', inRelease, why.why],
      ['DEB_SIGNATURE_BAD', 'dists/stable/Release.gpg', why.why],
      [
        'DEB_SIGNATURE_MISSING',
        'dists/testing/InRelease',
        'neither it nor Release.gpg is there, so nobody can tell who made this',
      ],
    ])
  })
})

test('every finding has the severity of its rule', async () => {
  for (const inject of Object.values(faults)) {
    const broken = made()
    inject(broken, broken.files as Files)
    for (const { code, severity } of await findingsOf(broken.files)) expect(severity).toBe(debRules[code].severity)
  }
})

test('suites that share a pool move together: a package that one let go is missed by the other', async () => {
  const { files } = made()
  const [stable, testing] = options.suites
  const later = made({ suites: [{ name: 'stable', packages: [], ...(stable && { sources: stable.sources ?? [] }) }] })
  const mixed: Files = new Map([...files].filter(([path]) => !path.startsWith('dists/stable/') && path !== debA))
  for (const [path, content] of later.files) mixed.set(path, content)
  expect(testing?.packages.map(({ name }) => name)).toEqual(['a'])
  expect(await codesOf(mixed)).toEqual([`DEB_PACKAGE_MISSING ${debA}`, `DEB_POOL_UNNAMED ${debB}`])
})

describe('flat repositories', () => {
  /** The packages of `dists/stable` in one directory, whose paths count from `base`. */
  function flat(directory: string, base: string): Map<string, Buffer> {
    const { files } = made()
    const below = (path: string): string => (path === '' ? '' : `${path}/`)
    const text = at(files, packages)
      .toString()
      .replace(/Filename: pool\/main\//g, `Filename: ./${base}`)
    const index = Buffer.from(text)
    const sum = `SHA256:\n ${digest('sha256', index)} ${index.length} Packages\n`
    return new Map([
      [`${below(directory)}Release`, Buffer.from(`Suite: flat\n${sum}`)],
      [`${below(directory)}Packages`, index],
      [`${below(directory)}${debA.slice(10)}`, at(files, debA)],
      [`${below(directory)}${debB.slice(10)}`, at(files, debB)],
    ])
  }
  test.each([
    ['at the top', '', ''],
    ['in a directory', 'debs/amd64', ''],
    ['in a directory, with paths that count from one above', 'debs/amd64', 'amd64/'],
    ['in a directory, with paths that count from the top', 'debs/amd64', 'debs/amd64/'],
  ])('%s', async (_, directory, base) => {
    const files = flat(directory, base)
    expect(await codesOf(files)).toEqual([])
    const deb = [...files.keys()].find(path => path.endsWith('a_1.0_amd64.deb')) ?? expect.fail()
    files.set(deb, Buffer.from('x'))
    expect(await codesOf(files)).toEqual([`DEB_PACKAGE_SIZE ${deb}`])
  })
})

test('what lies at the top of a suite is missed, too', async () => {
  const broken = made()
  const path = 'dists/stable/Contents-amd64'
  const named = ` ${digest('sha256', 'x')} 1 Contents-amd64\n`
  editRelease(broken.files, text => text.replace('SHA256:\n', `SHA256:\n${named}`))
  broken.files.set(path, Buffer.from('x'))
  const byHash = `dists/stable/by-hash/SHA256/${digest('sha256', 'x')}`
  expect(await codesOf(broken.files)).toEqual([`DEB_BY_HASH_MISSING ${byHash}`])
  broken.files.delete(path)
  expect(await codesOf(broken.files)).toEqual([`DEB_EXTRA_MISSING ${inRelease}`])
})

test('a flat repository may have by-hash', async () => {
  const index = Buffer.from('')
  const name = digest('sha256', index)
  const release = `Acquire-By-Hash: yes\nSHA256:\n ${name} 0 Packages\n`
  const files = new Map([
    ['Release', Buffer.from(release)],
    ['Packages', index],
    [`by-hash/SHA256/${name}`, index],
  ])
  expect(await codesOf(files)).toEqual([])
})

describe('of the forms of an index', () => {
  test('one good form is enough, and the bad one is told', async () => {
    const { files } = made()
    files.set(packages, Buffer.from('cut'))
    files.delete(debA)
    expect(await codesOf(files)).toEqual([`DEB_INDEX_SIZE ${packages}`, `DEB_PACKAGE_MISSING ${debA}`])
  })

  test('the compressed ones are held against each other where Release names no plain one', async () => {
    const made = new MadeRepository({ ...options, compressions: ['.gz', '.zst'], byHash: false, extras: false })
    made.files.set(`${packages}.gz`, gzipSync(made.text(packages).replace('Package: a', 'Package: c')))
    made.seal('stable')
    editRelease(made.files, text => text.replace(/^ \S+ +\d+ \S+\/(Packages|Sources)\n/gm, ''))
    expect(await codesOf(made.files)).toEqual([`DEB_INDEX_FORMS_DIFFER ${packages}.gz`])
  })

  test('another is read where one is damaged', async () => {
    const broken = made({ compressions: ['.gz', '.zst'], byHash: false })
    broken.files.set(`${packages}.zst`, Buffer.from('no zstd'))
    broken.seal('stable')
    broken.files.delete(debA)
    expect(await codesOf(broken.files)).toEqual([`DEB_INDEX_MALFORMED ${packages}.zst`, `DEB_PACKAGE_MISSING ${debA}`])
  })

  test('a text that goes on after the one that Release means is not read to its end', async () => {
    const broken = made()
    broken.files.set(`${packages}.gz`, gzipSync(Buffer.alloc(100_000_000)))
    broken.seal('stable')
    expect(await codesOf(broken.files)).toEqual([`DEB_INDEX_FORMS_DIFFER ${packages}.gz`])
  })
})

describe('patches between indices', () => {
  const index = `${packages}.diff/Index`
  const seal = (change: (text: string) => string): Map<string, Buffer> => {
    const broken = made()
    broken.files.set(index, Buffer.from(change(at(broken.files, index).toString())))
    broken.seal('stable')
    return broken.files
  }
  test('may come without their compressed digests, as those of reprepro', async () => {
    expect(await codesOf(seal(text => text.replace(/SHA256-Download:\n.*\n/, '')))).toEqual([])
  })
  test.each([
    ['lead elsewhere', (text: string) => text.replace(/(SHA256-Current: )\S+/, `$1${digest('sha256', 'x')}`), index],
    ['are not there for a state', (text: string) => text.replace(/(SHA256-History:\n.*)T-1/, '$1T-0'), index],
    ['are malformed', () => 'nonsense\n', index],
    ['are others', (text: string) => text.replace(/(SHA256-Patches:\n )\S+/, `$1${digest('sha256', 'x')}`), undefined],
  ])('%s', async (_, change, path = `${packages}.diff/T-1.gz`) => {
    expect(await codesOf(seal(change))).toEqual([`DEB_PDIFF_BROKEN ${path}`])
  })
})

describe('links inside the tree', () => {
  test('may stand for suites, indices and packages', async () => {
    const files: Files = new Map(made().files)
    files.set('dists/oldstable', { target: 'stable' })
    files.set('pool/real', files.get(debA) ?? expect.fail())
    files.set(debA, { target: '../real' })
    expect(await codesOf(files)).toEqual(['DEB_POOL_UNNAMED pool/real'])
  })

  test('that lead nowhere are files that are not there', async () => {
    const files: Files = new Map(made().files)
    const byHash = `dists/stable/main/binary-amd64/by-hash/SHA256/${digest('sha256', 'old')}`
    for (const path of [release, inRelease, `${installer}/netboot/mini.iso`, `${packages}.gz`, byHash])
      files.set(path, { target: 'nowhere' })
    expect(await codesOf(files)).toEqual([
      `DEB_BY_HASH_WRONG ${byHash}`,
      `DEB_INSTALLER_MISSING ${installer}/netboot/mini.iso`,
      `DEB_RELEASE_MALFORMED ${inRelease}`,
      `DEB_RELEASE_MALFORMED ${release}`,
    ])
  })

  test('an installer may be named by its link as well as by its date', async () => {
    const files: Files = new Map(made().files)
    const current = 'dists/stable/main/installer-amd64/current'
    for (const [path, content] of [...files])
      if (path.startsWith(`${current}/`)) {
        files.delete(path)
        files.set(path.replace('/current/', '/20230607/'), content)
      }
    files.set(current, { target: '20230607' })
    expect(await codesOf(files)).toEqual([])
  })
})

test('architectures and components that Release promises and does not list are told once', async () => {
  const broken = made()
  broken.seal('stable', { Architectures: 'all amd64 arm64 source riscv64', Components: 'updates/main contrib' })
  const [finding, ...more] = await findingsOf(broken.files)
  expect(more).toEqual([])
  expect(finding).toEqual({
    code: 'DEB_PART_MISSING',
    severity: 'warning',
    path: inRelease,
    message:
      'the indices are not there of "updates/main/binary-riscv64", "contrib/binary-amd64", "contrib/binary-arm64" and 1 more',
  })
})

test('indices below dists without any Release are told once for each suite', async () => {
  const { files } = made()
  for (const suite of ['stable', 'testing'])
    for (const name of ['Release', 'InRelease']) files.delete(`dists/${suite}/${name}`)
  expect(await codesOf(files)).toEqual([`DEB_RELEASE_MISSING ${release}`, 'DEB_RELEASE_MISSING dists/testing/Release'])
})

test('entries that cannot be read do not hide the others', async () => {
  const broken = made({ compressions: [''], byHash: false })
  broken.edit(packages, text => `Package: odd\nVersion: 1\n\n${text.replace(/SHA256: \S+/, 'SHA256: short')}`)
  broken.files.delete(`${packages}.diff/Index`)
  broken.seal('stable')
  broken.files.delete(debB)
  const findings = await findingsOf(broken.files)
  expect(findings.map(({ code, message }) => [code, message])).toEqual([
    ['DEB_PACKAGE_MISSING', `it is not there, ${packages} names it`],
    [
      'DEB_INDEX_MALFORMED',
      '2 of its entries cannot be read, the first is "odd" (line 1): the field "architecture" is missing',
    ],
  ])
})

test('a check stops when it is told to', async () => {
  const stop = new AbortController()
  const { files } = made()
  files.delete(debA)
  files.delete(debB)
  const findings: string[] = []
  const report = ({ code }: { readonly code: string }): void => {
    findings.push(code)
    stop.abort(new Error('enough'))
  }
  const context = { tree: new MemoryTree(files), now: new Date(0), signal: stop.signal, report }
  await expect(checkDeb(context, unpacker)).rejects.toThrow('enough')
  expect(findings).toEqual(['DEB_PACKAGE_MISSING'])
})
