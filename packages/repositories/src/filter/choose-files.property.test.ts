import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkTree } from '../check/check-tree.ts'
import type { Finding } from '../check/finding.ts'
import { MemoryTree } from '../check/memory-tree.ts'
import { unpacker } from '../compression/unpacker.ts'
import { MadeRepository } from '../deb/testing/made-repository.ts'
import { MadeYumRepository } from '../yum/testing/made-yum-repository.ts'
import type { Filter } from './filter.ts'
import { chosenOf } from './testing/chosen.ts'

const filters: fc.Arbitrary<Partial<Filter>> = fc.record(
  {
    include: fc.subarray(['pool/**', 'pool/main/[a-m]*', 'Packages', '*.rpm', 'dists/stable', 'one']),
    exclude: fc.subarray(['*_1_*', 'two', '*-1-1*', 'dists/testing/main/i18n']),
    suites: fc.subarray(['stable', 'test*'], { minLength: 1 }),
    components: fc.subarray(['main', 'contrib'], { minLength: 1 }),
    architectures: fc.subarray(['amd64', 'arm64', 'x86_64', 'aarch64'], { minLength: 1 }),
    sources: fc.boolean(),
    debug: fc.boolean(),
    newest: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: [] },
)

const name = fc.constantFrom('alpha', 'beta', 'zeta', 'beta-dbgsym', 'beta-debuginfo')
const version = fc.constantFrom('1', '2', '10', '2~rc1')
const debs = fc.uniqueArray(fc.record({ name, version, architecture: fc.constantFrom('amd64', 'arm64', 'all') }), {
  selector: one => `${one.name} ${one.version} ${one.architecture}`,
  maxLength: 12,
})
const deb = fc
  .record({ stable: debs, testing: debs, byHash: fc.boolean(), extras: fc.boolean() })
  .map(({ stable, testing, byHash, extras }) => {
    const sources = [{ name: 'alpha', version: '1' }]
    const suites = [
      { name: 'stable', packages: stable, sources },
      { name: 'testing', packages: testing },
    ]
    return { kind: 'deb' as const, files: new MadeRepository({ suites, byHash, extras }).files }
  })
const rpms = fc.uniqueArray(
  fc.record({
    name,
    version: fc.constantFrom('1', '2', '10'),
    arch: fc.constantFrom('x86_64', 'aarch64', 'noarch', 'src'),
  }),
  { selector: one => `${one.name} ${one.version} ${one.arch}`, maxLength: 12 },
)
const yum = fc.record({ one: rpms, two: rpms }).map(repositories => ({
  kind: 'yum' as const,
  files: new MadeYumRepository({ repositories }).files,
}))
const repository = fc.oneof(deb, yum)

type MemoryFiles = ConstructorParameters<typeof MemoryTree>[0]

/** The errors of a tree that is what a filter takes of another one. */
async function errorsOf(kept: MemoryFiles, files: MemoryFiles): Promise<Finding[]> {
  const errors: Finding[] = []
  const [tree, whole] = [new MemoryTree(kept), new MemoryTree(files)]
  await checkTree({
    tree,
    now: new Date(0),
    isQuick: true,
    unpacker,
    isLeftOut: path => tree.find(path) === undefined && whole.find(path) !== undefined,
    report: found => found.severity === 'error' && errors.push(found),
  })
  return errors
}

test('what a filter takes is consistent: nothing that it claims to hold is missed', async () => {
  await fc.assert(
    fc.asyncProperty(repository, filters, async ({ kind, files }, filter) => {
      const { kept, leftOut } = await chosenOf(files, kind, filter)
      expect(kept.size + leftOut.size).toBe(files.size)
      expect(await errorsOf(kept, files)).toEqual([])
    }),
    { numRuns: 150 },
  )
})

test('what is missing for other reasons is still an error', async () => {
  await fc.assert(
    fc.asyncProperty(repository, filters, fc.nat(), async ({ kind, files }, filter, at) => {
      const { kept } = await chosenOf(files, kind, filter)
      const packages = [...kept.keys()].filter(path => /\.(deb|rpm)$/.test(path))
      const gone = packages[at % Math.max(1, packages.length)]
      if (gone === undefined) return
      kept.delete(gone)
      const broken = new Map(files)
      broken.delete(gone)
      const paths = (await errorsOf(kept, broken)).map(({ path }) => path)
      // patterns may take a package whose index they leave out
      if (filter.exclude === undefined && filter.include === undefined) expect(paths).toContain(gone)
    }),
    { numRuns: 60 },
  )
})

test('a filter that takes more takes all that one with less takes', async () => {
  await fc.assert(
    fc.asyncProperty(repository, filters, async ({ kind, files }, filter) => {
      const { newest: _, ...narrow } = filter
      const less = await chosenOf(files, kind, narrow)
      const { architectures, suites, components, exclude, ...wide } = narrow
      expect([architectures, suites, components, exclude]).toBeDefined()
      const more = await chosenOf(files, kind, { ...wide, sources: true, debug: true })
      for (const path of less.kept.keys()) expect(more.kept.has(path)).toBe(true)
    }),
    { numRuns: 60 },
  )
})
