import { expect, test } from 'vitest'
import { splitClearSigned } from '../../openpgp/clear-signed.ts'
import { parseRelease } from '../release/release.ts'
import { digest, MadeRepository } from './made-repository.ts'

const made = (compressions: readonly ('' | '.gz' | '.zst')[]): MadeRepository =>
  new MadeRepository({
    suites: [
      {
        name: 'stable',
        packages: [{ name: 'a', version: '1:1.0', architecture: 'amd64' }],
        sources: [{ name: 's', version: '1' }],
      },
    ],
    compressions,
    byHash: true,
    extras: true,
  })

test('a made Release names its files as they are, and InRelease says the same', () => {
  const { files } = made(['', '.gz', '.zst'])
  const release = files.get('dists/stable/Release') ?? expect.fail('no Release')
  const named = [...parseRelease(release).files.values()]
  expect(named).toHaveLength(20)
  for (const { path, sizeBytes, digests } of named) {
    const content = files.get(`dists/stable/${path}`) ?? expect.fail(path)
    expect([content.length, digest('sha256', content)], path).toEqual([sizeBytes, digests.sha256])
  }
  const inRelease = files.get('dists/stable/InRelease') ?? expect.fail('no InRelease')
  expect(splitClearSigned(inRelease).content.equals(release)).toBe(true)
})

test('the plain form is named even where only compressed ones are there, as in archives', () => {
  const { files } = made(['.gz'])
  const release = parseRelease(files.get('dists/stable/Release') ?? expect.fail('no Release'))
  expect(files.has('dists/stable/main/binary-amd64/Packages')).toBe(false)
  expect(release.files.has('main/binary-amd64/Packages')).toBe(true)
})
