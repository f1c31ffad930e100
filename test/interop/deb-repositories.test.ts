import { readFile } from 'node:fs/promises'
import { checkDeb, type DebFinding, openPgpVerifier, unpacker } from '@repocast/repositories'
import { MemoryTree } from '@repocast/repositories/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type MadePackages, makePackages } from '../lab/deb/made-packages.ts'
import { makeSigningKey, type SigningKey } from '../lab/deb/signing-key.ts'
import { aptFtparchive } from '../lab/deb/tools/apt-ftparchive.ts'
import { aptly } from '../lab/deb/tools/aptly.ts'
import { flat } from '../lab/deb/tools/flat.ts'
import { reprepro } from '../lab/deb/tools/reprepro.ts'
import type { DebTool } from '../lab/deb/tools/tool.ts'
import { type Lab, openLab } from '../lab/index.ts'
import { readContents, type TreeContents } from '../lab/tree/contents.ts'

let lab: Lab
let packages: MadePackages
let key: SigningKey
/** The key that signs the trees, and one that does not. */
let [trusted, other]: [Uint8Array, Uint8Array] = [new Uint8Array(), new Uint8Array()]
beforeAll(async () => {
  lab = openLab('deb-repositories')
  packages = await makePackages(lab.newDirectory('packages'))
  key = await makeSigningKey(lab)
  trusted = await readFile(key.keyring)
  other = await readFile((await makeSigningKey(lab)).keyring)
})
afterAll(() => lab.close())

async function check(contents: TreeContents, at = new Date(), keys = trusted): Promise<DebFinding[]> {
  const findings: DebFinding[] = []
  const report = (finding: unknown): number => findings.push(finding as DebFinding)
  const signatures = await openPgpVerifier([keys], () => at)
  await checkDeb({ tree: new MemoryTree(contents), now: at, signatures, report }, unpacker)
  return findings
}

/** `CODE path` of all findings but notes, sorted. */
async function found(contents: TreeContents, at?: Date, keys?: Uint8Array): Promise<string[]> {
  const findings = (await check(contents, at, keys)).filter(({ severity }) => severity !== 'note')
  return findings.map(({ code, path }) => `${code} ${path}`).sort()
}

/** The path of the first file that matches. */
function pathOf(contents: TreeContents, pattern: RegExp): string {
  return filesOf(contents, pattern)[0] ?? expect.fail(`no file ${pattern}`)
}

function bytesAt(contents: TreeContents, path: string): Buffer {
  const content = contents.get(path)
  return Buffer.isBuffer(content) ? content : expect.fail(`no file ${path}`)
}

/** The paths of the files that match, sorted. */
function filesOf(contents: TreeContents, pattern: RegExp): string[] {
  const files = [...contents].flatMap(([path, content]) => (Buffer.isBuffer(content) ? [path] : []))
  return files.filter(path => pattern.test(path)).sort()
}

const isMetadata = (path: string): boolean => /^dists\/|^[^/]*(Release|Packages|Sources)[^/]*$/.test(path)

/** Metadata of one tree, packages of another. */
function mixed(metadata: TreeContents, pool: TreeContents): TreeContents {
  return new Map([
    ...[...metadata].filter(([path]) => isMetadata(path)),
    ...[...pool].filter(([path]) => !isMetadata(path)),
  ])
}

/** Files that not all tools make, and the findings when one is another, and when it is missing. */
const special = {
  byHash: [/binary-amd64\/by-hash\/SHA512\/[0-9a-f]{128}$/, 'DEB_BY_HASH_WRONG', 'DEB_BY_HASH_MISSING'],
  contents: [/Contents-amd64\.gz$/, 'DEB_INDEX_SIZE', 'DEB_EXTRA_MISSING'],
  udeb: [/\.udeb$/, 'DEB_PACKAGE_SIZE', 'DEB_PACKAGE_MISSING'],
  image: [/installer-amd64\/.*\.iso$/, 'DEB_INSTALLER_CHECKSUM', 'DEB_INSTALLER_MISSING'],
  patch: [/Packages\.diff\/2[^/]*\.gz$/, 'DEB_PDIFF_BROKEN', 'DEB_PDIFF_BROKEN'],
} as const

const tools: [string, DebTool, (keyof typeof special)[]][] = [
  ['apt-ftparchive', aptFtparchive, ['byHash', 'contents', 'image']],
  ['reprepro', reprepro, ['contents', 'udeb', 'patch']],
  ['aptly', aptly, ['byHash', 'contents', 'udeb']],
  ['apt-ftparchive, flat', flat, []],
]

describe.each(tools)('a tree of %s', (_, tool, kinds) => {
  /** Before and after an update. */
  let before: TreeContents
  let after: TreeContents
  beforeAll(async () => {
    const tree = await tool(lab.newDirectory('tool'), packages, key)
    before = await readContents(tree.directory)
    await tree.update()
    after = await readContents(tree.directory)
  })

  test('has no finding, before and after an update', async () => {
    expect(await check(before)).toEqual([])
    expect(await check(after)).toEqual([])
  })

  const files: [string, RegExp, string][] = [
    ['a package', /lab-alpha_1\.0-1_amd64\.deb$/, 'DEB_PACKAGE'],
    ['a package with an epoch', /lab-beta_.*\.deb$/, 'DEB_PACKAGE'],
    ['a file of a source package', /lab-source_1\.0\.tar\.xz$/, 'DEB_SOURCE_FILE'],
  ]
  test.each(files)('%s is missing, cut off, damaged', async (_, pattern, codes) => {
    const path = pathOf(before, pattern)
    const content = bytesAt(before, path)
    const damaged = Buffer.from(content)
    damaged[damaged.length >> 1] = ~(content[content.length >> 1] ?? 0)
    const contents = new Map(before)
    contents.delete(path)
    expect(await found(contents)).toEqual([`${codes}_MISSING ${path}`])
    expect(await found(contents.set(path, content.subarray(0, -1)))).toEqual([`${codes}_SIZE ${path}`])
    expect(await found(contents.set(path, damaged))).toEqual([`${codes}_CHECKSUM ${path}`])
  })

  test('the pool was updated, and not yet the metadata', async () => {
    const old = pathOf(before, /lab-alpha_1\.0-1_amd64\.deb$/)
    const findings = await check(mixed(before, after))
    expect(findings.map(({ code }) => code)).toEqual(['DEB_PACKAGE_MISSING', 'DEB_POOL_UNNAMED'])
    expect(findings[0]?.path).toBe(old)
  })

  test('the metadata was updated, and not yet the pool', async () => {
    const newer = pathOf(after, /lab-alpha_1\.0-2_amd64\.deb$/)
    const added = pathOf(after, /lab-gamma_.*\.deb$/)
    const missing = [newer, added].map(path => `DEB_PACKAGE_MISSING ${path}`)
    expect(await found(mixed(after, before))).toEqual(missing.sort())
  })

  test('one form of an index is that of before the update', async () => {
    const indices = filesOf(before, /Packages\.gz$/)
    const updated = indices.filter(path => !bytesAt(after, path).equals(bytesAt(before, path)))
    expect(updated).not.toEqual([])
    for (const path of updated) {
      const contents = new Map(after).set(path, bytesAt(before, path))
      expect(await found(contents)).toEqual([`DEB_INDEX_SIZE ${path}`])
    }
  })

  test('a Release is that of before the update', async () => {
    const path = pathOf(after, /InRelease$/)
    const contents = new Map(after).set(path, bytesAt(before, path))
    const codes = new Set((await found(contents)).map(finding => finding.split(' ')[0]))
    expect(codes).toContain('DEB_RELEASE_MISMATCH')
    expect(codes).toContain('DEB_INDEX_SIZE')
    for (const code of codes) expect(code).toMatch(/^DEB_(RELEASE_MISMATCH|INDEX_(SIZE|CHECKSUM)|PDIFF_BROKEN)$/)
  })

  test('another key has signed it, or nobody', async () => {
    const signed = filesOf(before, /(InRelease|Release\.gpg)$/)
    expect(await found(before, new Date(), other)).toEqual(signed.map(path => `DEB_SIGNATURE_BAD ${path}`))
    const unsigned = new Map([...before].filter(([path]) => !signed.includes(path)))
    const missing = filesOf(before, /InRelease$/).map(path => `DEB_SIGNATURE_MISSING ${path}`)
    expect(await found(unsigned)).toEqual(missing)
  })

  test('a Release was signed, and then made again', async () => {
    const path = pathOf(before, /(^|\/)Release\.gpg$/)
    const contents = new Map(after).set(path, bytesAt(before, path))
    expect(await found(contents)).toEqual([`DEB_SIGNATURE_BAD ${path}`])
  })

  test('metadata is cut off while it is copied', async () => {
    const index = pathOf(before, /(^|main\/binary-amd64\/)Packages$/)
    const cut = new Map(before).set(index, bytesAt(before, index).subarray(0, 500))
    expect(await found(cut)).toEqual([`DEB_INDEX_SIZE ${index}`])
    const release = pathOf(before, /InRelease$/)
    const half = new Map(before).set(release, bytesAt(before, release).subarray(0, 500))
    expect(await found(half)).toEqual([`DEB_RELEASE_MALFORMED ${release}`, `DEB_SIGNATURE_BAD ${release}`])
  })

  test('a Valid-Until is past', async () => {
    const limited = filesOf(before, /InRelease$/).filter(path => bytesAt(before, path).includes('\nValid-Until:'))
    if (tool !== aptly) expect(limited).not.toEqual([])
    const nextMonth = new Date(Date.now() + 30 * 86_400_000)
    expect(await found(before, nextMonth)).toEqual(limited.map(path => `DEB_VALID_UNTIL_PAST ${path}`))
  })

  if (kinds.length > 0)
    test.each(kinds)('%s: one is another, and missing', async kind => {
      const [pattern, whenOther, whenMissing] = special[kind]
      // Patches come with an update; by-hash then has older files, too, which nobody misses.
      const tree = kind === 'patch' ? after : before
      const path = pathOf(tree, pattern)
      const contents = new Map(tree).set(path, Buffer.from('x'))
      expect(await found(contents)).toEqual([`${whenOther} ${path}`])
      contents.delete(path)
      expect((await check(contents)).map(({ code }) => code)).toEqual([whenMissing])
    })
})
