import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codesOf, findingsOf } from './testing/check-made.ts'
import { type MadeRpm, type MadeYumOptions, MadeYumRepository } from './testing/made-yum-repository.ts'

const rpm: fc.Arbitrary<MadeRpm> = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9+_.-]{0,8}$/),
  version: fc.stringMatching(/^[0-9][0-9a-z.~^+]{0,6}$/),
  epoch: fc.constantFrom('0', '1'),
  arch: fc.constantFrom('x86_64', 'noarch', 'src'),
})
const rpms = fc.uniqueArray(rpm, { selector: ({ name, version, arch }) => `${name}-${version}.${arch}`, maxLength: 6 })
const some = fc.uniqueArray(rpm, { selector: ({ name }) => name, minLength: 1, maxLength: 6 })
const options: fc.Arbitrary<MadeYumOptions> = fc.record({
  repositories: fc.dictionary(fc.constantFrom('', 'BaseOS/x86_64/os', 'updates', 'debug/tree'), rpms, { minKeys: 1 }),
  compression: fc.constantFrom('', '.gz', '.zst'),
  algorithm: fc.constantFrom('sha224', 'sha256', 'sha384', 'sha512'),
  treeInfo: fc.boolean(),
})

test('whatever is made right has no findings', async () => {
  await fc.assert(
    fc.asyncProperty(options, async made => {
      expect(await findingsOf(new MadeYumRepository(made).files)).toEqual([])
    }),
    { numRuns: 50 },
  )
})

describe('a fault in any file is found there', () => {
  /** What a fault does to the bytes of a file. */
  const damages: Record<string, (content: Buffer) => Buffer | undefined> = {
    missing: () => undefined,
    truncated: content => content.subarray(0, content.length >> 1),
    longer: content => Buffer.concat([content, Buffer.from('x')]),
    'another of the same size': content => Buffer.alloc(content.length, 'x'),
  }
  test.each(Object.entries(damages))('%s', async (_, damage) => {
    await fc.assert(
      fc.asyncProperty(options, fc.nat(), async (options, pick) => {
        const { files } = new MadeYumRepository(options)
        const paths = [...files.keys()].filter(path => !/(repomd\.xml|\.treeinfo)$/.test(path))
        const path = paths[pick % paths.length] ?? expect.fail()
        const content = damage(files.get(path) ?? expect.fail())
        if (content === undefined) files.delete(path)
        else files.set(path, content)
        const found = (await findingsOf(files)).filter(one => one.path === path).map(({ severity }) => severity)
        expect(found).toContain('error')
      }),
      { numRuns: 40 },
    )
  })
})

describe('a half-updated tree is found', () => {
  const changed = fc.tuple(some, some).map(([before, after]) => {
    const builtAgain = before.map(one => ({ ...one, build: 'signed anew' }))
    const names = new Set(before.map(({ name }) => name))
    return [before, [...builtAgain.slice(1), ...after.filter(({ name }) => !names.has(name))]] as const
  })
  const generation = (packages: readonly MadeRpm[], uniqueNames: boolean): MadeYumRepository =>
    new MadeYumRepository({ repositories: { os: packages }, uniqueNames })
  const isMetadata = (path: string): boolean => path.includes('/repodata/')

  test.each([
    ['new packages with old repodata', (path: string) => !isMetadata(path)],
    ['new repodata with old packages', isMetadata],
  ])('%s', async (_, isNew) => {
    await fc.assert(
      fc.asyncProperty(changed, fc.boolean(), async ([before, after], uniqueNames) => {
        const [old, next] = [generation(before, uniqueNames), generation(after, uniqueNames)]
        const files = new Map([...old.files].filter(([path]) => !isNew(path)))
        for (const [path, content] of next.files) if (isNew(path)) files.set(path, content)
        const shown = isNew('os/repodata/repomd.xml') ? next : old
        const wrong = shown.rpms.filter(path => !shown.files.get(path)?.equals(files.get(path) ?? Buffer.alloc(0)))
        const errors = (await findingsOf(files)).filter(({ severity }) => severity === 'error')
        expect(errors.map(({ path }) => path).sort()).toEqual(wrong.sort())
      }),
      { numRuns: 40 },
    )
  })

  test.each([true, false])('a new repomd.xml with the old metadata (names with checksums: %s)', async uniqueNames => {
    await fc.assert(
      fc.asyncProperty(changed, async ([before, after]) => {
        const [old, next] = [generation(before, uniqueNames), generation(after, uniqueNames)]
        const files = new Map([...old.files, ...[...next.files].filter(([path]) => !isMetadata(path))])
        const repomd = 'os/repodata/repomd.xml'
        files.set(repomd, next.files.get(repomd) ?? expect.fail())
        const errors = (await findingsOf(files)).filter(({ severity }) => severity === 'error')
        expect(errors.map(({ path }) => path)).toContain(next.path('os', 'primary'))
      }),
      { numRuns: 30 },
    )
  })
})

test('any bytes in any file end in findings', async () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes)),
    fc
      .array(
        fc.constantFrom('<', '>', '</', '/>', '&', ';', '"', '=', ' ', 'package', 'metadata', 'data', '[', ']', '\n'),
      )
      .map(words => Buffer.from(words.join(''))),
  )
  await fc.assert(
    fc.asyncProperty(options, fc.nat(), fc.nat(), noise, async (options, pick, at, bytes) => {
      const made = new MadeYumRepository(options)
      const paths = [...made.files.keys()]
      const path = paths[pick % paths.length] ?? expect.fail()
      const content = made.files.get(path) ?? expect.fail()
      const cut = at % (content.length + 1)
      const parts = [content.subarray(0, cut), bytes, content.subarray(cut + bytes.length)]
      made.files.set(path, Buffer.concat(parts))
      await codesOf(made.files)
      const [directory = ''] = Object.keys(options.repositories)
      made.edit(directory, 'primary', text => {
        const where = at % text.length
        return `${text.slice(0, where)}${bytes.toString('latin1')}${text.slice(where + bytes.length)}`
      })
      made.seal(directory)
      await codesOf(made.files)
    }),
  )
})

describe('what is made to use up memory ends in a finding', () => {
  const primaryOf = (text: string): Promise<string[]> => {
    const made = new MadeYumRepository({ repositories: { '': [] } })
    made.edit('', 'primary', () => text)
    made.seal('')
    return codesOf(made.files)
  }
  const entities = Array.from({ length: 30 }, (_, k) => `<!ENTITY e${k + 1} "&e${k};&e${k};">`).join('')
  test.each([
    ['entity expansion', `<!DOCTYPE m [<!ENTITY e0 "x">${entities}]><metadata>&e30;</metadata>`],
    ['a document type declaration that never ends', `<!DOCTYPE m [${'<!ENTITY a "b">'.repeat(400_000)}`],
    ['a file of the system', '<!DOCTYPE m SYSTEM "file:///etc/passwd"><metadata/>'],
    ['an entity that nobody declared', '<metadata>&constructor;</metadata>'],
    ['deep nesting', `<metadata>${'<a>'.repeat(1_000_000)}`],
    ['a long name', `<metadata><${'a'.repeat(5_000_000)}`],
    ['a long attribute', `<metadata><a b="${'a'.repeat(5_000_000)}"/></metadata>`],
    ['a rather long attribute', `<metadata><a b="${'a'.repeat(70_000)}"/></metadata>`],
    ['many attributes', `<metadata><a ${Array.from({ length: 500_000 }, (_, k) => `b${k}=""`).join(' ')}/></metadata>`],
    ['a long comment', `<metadata><!--${'a'.repeat(5_000_000)}--></metadata>`],
    ['a long name of an entity', `<metadata>&${'a'.repeat(5_000_000)};</metadata>`],
    ['a long name of a package', `<metadata><package><name>${'a'.repeat(70_000)}</name></package></metadata>`],
    [
      'the same in pieces',
      `<metadata><package><name>${'<![CDATA[aaaaaaa]]>'.repeat(10_000)}</name></package></metadata>`,
    ],
  ])('%s', async (_, text) => {
    expect(await primaryOf(text)).toEqual([expect.stringMatching(/^YUM_PRIMARY_MALFORMED /)])
  })

  test.each([
    ['.gz', gzipSync],
    ['.zst', zstdCompressSync],
  ] as const)('a compression bomb in %s', async (ending, pack) => {
    const made = new MadeYumRepository({ repositories: { '': [] } })
    const bomb = pack(Buffer.alloc(100_000_000))
    const name = `repodata/bomb.xml${ending}`
    made.files.set(name, bomb)
    made.seal('', made.dataElement('bomb', name, bomb, 'small'))
    expect(await codesOf(made.files)).toEqual([`YUM_METADATA_DAMAGED ${name}`, `YUM_METADATA_SIMPLE_NAME ${name}`])
  })
})
