import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffPackages } from './difference.ts'
import type { ListedPackage, PackageList } from './package-list.ts'

const listed = fc.record({
  name: fc.constantFrom('a', 'b', 'a-b'),
  architecture: fc.constantFrom('amd64', 'i386'),
  version: fc.nat(5).map(String),
})
const packages = fc.array(listed, { maxLength: 12 })
const keyOf = ({ name, architecture, version }: ListedPackage): string => `${name} ${architecture} ${version}`

async function* listOf(name: string, found: readonly ListedPackage[]): AsyncGenerator<PackageList> {
  const id = [...new Set(found.map(keyOf))].sort().join()
  yield {
    name,
    place: name,
    id,
    async *packages() {
      yield* found
    },
  }
}

const compare = (a: string, b: string): number => Number(a) - Number(b)

test('who makes all changes to what was there has what is there now', async () => {
  await fc.assert(
    fc.asyncProperty(packages, packages, async (before, after) => {
      const have = new Set(before.map(keyOf))
      const newest = new Map<string, number>()
      for (const { name, architecture, version } of before) {
        const key = `${name} ${architecture}`
        newest.set(key, Math.max(newest.get(key) ?? -1, Number(version)))
      }
      for await (const one of diffPackages(listOf('x', before), listOf('x', after), compare)) {
        const { change, name, architecture, from, to } = one
        const was = newest.get(`${name} ${architecture}`)
        expect(change === 'added' || have.has(keyOf({ name, architecture, version: from ?? '' }))).toBe(true)
        if (change === 'upgraded') expect([from, Number(to) > Number(from)]).toEqual([`${was}`, true])
        if (change === 'downgraded') expect([from, Number(to) < Number(from)]).toEqual([`${was}`, true])
        const stays = after.some(other => keyOf(other) === keyOf({ name, architecture, version: from ?? '' }))
        if (from !== undefined && !stays) have.delete(keyOf({ name, architecture, version: from }))
        if (to !== undefined) have.add(keyOf({ name, architecture, version: to }))
      }
      expect(have).toEqual(new Set(after.map(keyOf)))
    }),
  )
})
