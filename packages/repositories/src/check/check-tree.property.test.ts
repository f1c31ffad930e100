import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MadeRepository } from '../deb/testing/made-repository.ts'
import { MadeYumRepository } from '../yum/testing/made-yum-repository.ts'
import { checkFiles, checkUpdated } from './testing/check-update.ts'

type Made = Map<string, Buffer>

/** Packages by name, with their versions. */
const packages = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2'), { minKeys: 1 })
const listOf = (versions: Readonly<Record<string, string>>) =>
  Object.entries(versions).map(([name, version]) => ({ name, version, architecture: 'amd64' }))

const kinds = {
  yum: (versions: Readonly<Record<string, string>>): Made =>
    new MadeYumRepository({ repositories: { os: listOf(versions).map(({ name, version }) => ({ name, version })) } })
      .files,
  deb: (versions: Readonly<Record<string, string>>): Made =>
    new MadeRepository({ suites: [{ name: 'stable', packages: listOf(versions) }] }).files,
}
/** The files that clients begin at. */
const isRoot = (path: string): boolean => /repomd\.xml$|Release$/.test(path)
const isError = ({ severity }: { readonly severity: string }): boolean => severity === 'error'

describe.each(Object.entries(kinds))('%s', (kind, make) => {
  test('what a tool made has no error, and any damage to what is named is one at that file', async () => {
    const damage = fc.constantFrom('gone', 'cut', 'longer', 'flipped', 'empty')
    await fc.assert(
      fc.asyncProperty(packages, fc.nat(), damage, async (versions, which, how) => {
        const files = make(versions)
        expect((await checkFiles(files)).filter(isError)).toEqual([])
        const named = [...files].flatMap(([path, { length }]) => (isRoot(path) || length === 0 ? [] : [path]))
        const victim = named[which % named.length] ?? expect.fail()
        const bytes = files.get(victim) ?? Buffer.alloc(0)
        if (how === 'gone') files.delete(victim)
        else files.set(victim, damaged(bytes, how))
        const findings = await checkFiles(files)
        // An index that is there in another form is not missed; nobody sees the loss.
        if (how === 'gone' && kind === 'deb' && victim.startsWith('dists/')) return
        expect(findings.filter(isError).map(({ path }) => path)).toContain(victim)
      }),
      { numRuns: 60 },
    )
  })

  test('half an update is an error just when clients would miss something', async () => {
    await fc.assert(
      fc.asyncProperty(packages, packages, fc.array(fc.boolean(), { maxLength: 60 }), async (was, is, choices) => {
        const [before, after] = [make(was), make(is)]
        const isRootNew = choices[0] ?? false
        const mixed: Made = new Map()
        for (const [k, path] of [...new Set([...before.keys(), ...after.keys()])].sort().entries()) {
          const isNew = isRoot(path) ? isRootNew : (choices[k + 1] ?? false)
          const bytes = (isNew ? after : before).get(path)
          if (bytes) mixed.set(path, bytes)
        }
        const wanted = isRootNew ? after : before
        const isWhole = [...wanted].every(([path, bytes]) => mixed.get(path)?.equals(bytes))
        const findings = await checkUpdated(before, mixed, { was: kind === 'yum' ? 'yum' : 'deb', shrinkLimit: 1 })
        const isRefused = findings.some(isError)
        if (isWhole) expect(isRefused).toBe(false)
        // Other forms may stand in for an index of deb.
        else if (kind === 'yum' || [...wanted.keys()].some(path => path.startsWith('pool/') && !mixed.has(path)))
          expect(isRefused).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('nonsense anywhere ends in findings', async () => {
    await fc.assert(
      fc.asyncProperty(packages, fc.nat(), fc.uint8Array({ maxLength: 200 }), async (versions, which, bytes) => {
        const files = make(versions)
        const paths = [...files.keys()]
        const victim = paths[which % paths.length] ?? ''
        fc.pre(!files.get(victim)?.equals(bytes))
        files.set(victim, Buffer.from(bytes))
        expect((await checkUpdated(make(versions), files, { shrinkLimit: 1 })).length).toBeGreaterThan(0)
      }),
      { numRuns: 60 },
    )
  })
})

function damaged(bytes: Buffer, how: string): Buffer {
  if (how === 'cut') return bytes.subarray(0, -1)
  if (how === 'longer') return Buffer.concat([bytes, Buffer.from('x')])
  if (how === 'empty') return Buffer.alloc(0)
  const copy = Buffer.from(bytes)
  const at = copy.length >> 1
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}
