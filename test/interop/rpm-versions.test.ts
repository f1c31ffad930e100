import { compareRpmVersions, parseRpmVersion } from '@repocast/repositories'
import { expect, test } from 'vitest'
import { type Random, runCommand, seededRandom } from '../lab/index.ts'

const pairs = 2000

/** A part of a version as rpm takes it, and as it does not: it orders all of them. */
function madePart(random: Random): string {
  const letters = '0019abZ~^.._+'
  return Array.from({ length: random.integer(1, 7) }, () => letters[random.integer(0, letters.length - 1)]).join('')
}

/** Epoch, version and release. */
function madeVersion(random: Random): string {
  const epoch = random.integer(0, 3) === 0 ? `${random.integer(0, 2)}:` : ''
  return `${epoch}${madePart(random)}-${random.integer(0, 1) === 0 ? '1' : madePart(random)}`
}

/** `version` with a small change, so that the order hangs on one place. */
function likeIt(version: string, random: Random): string {
  const at = random.integer(version.indexOf(':') + 1, version.length)
  const more = ['', '0', '~', '^', '.', 'a', '1'][random.integer(0, 6)]
  return `${version.slice(0, at)}${more}${version.slice(at)}`
}

test('versions are ordered as rpm orders them', async () => {
  const random = seededRandom(7)
  const asked = Array.from({ length: pairs }, (_, k) => {
    const a = madeVersion(random)
    return [a, k % 2 === 0 ? likeIt(a, random) : madeVersion(random)] as const
  })
  const lines = asked.map(([a, b]) => `io.write(rpm.vercmp("${a}", "${b}"), "\\n")`)
  const { stdout } = await runCommand('rpm', ['--eval', `%{lua: ${lines.join(' ')}}`])
  const theirs = stdout.trim().split('\n').map(Number)
  const ours = asked.map(([a, b]) => Math.sign(compareRpmVersions(parseRpmVersion(a), parseRpmVersion(b))))
  expect(asked.map(([a, b], k) => [a, b, theirs[k]])).toEqual(asked.map(([a, b], k) => [a, b, ours[k]]))
  expect(new Set(theirs)).toEqual(new Set([-1, 0, 1]))
})
