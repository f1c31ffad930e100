import { compareDebVersions } from '@repocast/repositories'
import { expect, test } from 'vitest'
import { type Random, runCommand, seededRandom } from '../lab/index.ts'

const pairs = 500

/** One process for all pairs: prints `lt`, `eq` or `gt` for each line `A B`. */
const askDpkg = `while read -r a b; do
  for relation in lt eq gt; do
    if dpkg --compare-versions "$a" "$relation" "$b"; then echo "$relation"; fi
  done
done`

/** A version that dpkg takes; often one that differs a little from another. */
function madeVersion(random: Random): string {
  const pick = (letters: string, most: number): string =>
    Array.from({ length: random.integer(0, most) }, () => letters[random.integer(0, letters.length - 1)]).join('')
  const epoch = random.integer(0, 3) === 0 ? `${random.integer(0, 2)}:` : ''
  const revision = random.integer(0, 1) === 0 ? `-${pick('019a~+.', 3) || '0'}` : ''
  return `${epoch}${random.integer(0, 2)}${pick('0019abZ~~+..-', 5)}${revision}`.replace(/-$/, '-1')
}

/** Another spelling of the same version: a zero in front, or the epoch that is meant without one. */
const respelled = (version: string): string => (version.includes(':') ? `0${version}` : `0:${version}`)

test('versions are ordered as dpkg orders them', async () => {
  const random = seededRandom(4)
  const asked = Array.from({ length: pairs }, (_, k) => {
    const a = madeVersion(random)
    return [a, k % 5 === 0 ? respelled(a) : madeVersion(random)] as const
  })
  const input = asked.map(([a, b]) => `${a} ${b}\n`).join('')
  const { stdout } = await runCommand('sh', ['-c', askDpkg], { input })
  const words = { '-1': 'lt', '0': 'eq', '1': 'gt' } as const
  const ours = asked.map(([a, b]) => `${a} ${b} ${words[`${Math.sign(compareDebVersions(a, b)) as -1 | 0 | 1}`]}`)
  const theirs = stdout.trimEnd().split('\n')
  expect(asked.map(([a, b], k) => `${a} ${b} ${theirs[k]}`)).toEqual(ours)
  expect(new Set(theirs)).toEqual(new Set(['lt', 'eq', 'gt']))
})
