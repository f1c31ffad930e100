import { expect, test } from 'vitest'
import { checkFiles, checkUpdated, codesOf } from '../check/testing/check-update.ts'
import { MadeRepository } from './testing/made-repository.ts'
import type { DebUpdateCode } from './update-rules.ts'

const one = (fields: Readonly<Record<string, string>> = {}, version = '1', byHash = false): MadeRepository =>
  new MadeRepository({
    suites: [{ name: 'stable', packages: [{ name: 'a', version, architecture: 'amd64' }] }],
    date: -1000,
    byHash,
    fields,
  })

const inRelease = 'dists/stable/InRelease'

/** One fault for each rule: the snapshot before, the one to publish, and all that is found. */
const faults: Record<DebUpdateCode, () => Promise<readonly string[]>> = {
  DEB_IDENTITY_CHANGED: async () => {
    const findings = await checkUpdated(one().files, one({ Codename: 'other', Label: 'Other' }).files)
    expect(findings.map(({ message }) => message)).toEqual([
      'its Label was "Made", now it is "Other"',
      'its Codename was "stable-codename", now it is "other"',
    ])
    return codesOf(findings.slice(1))
  },
  DEB_DATE_BACK: async () =>
    codesOf(await checkUpdated(one().files, one({ Date: 'Wed, 31 Dec 1969 00:00:00 UTC' }).files)),
  DEB_VALID_UNTIL_SHORT: async () => {
    const { files } = one({ 'Valid-Until': 'Thu, 01 Jan 1970 12:00:00 UTC' })
    expect(codesOf(await checkFiles(files, { publishIntervalSeconds: 6 * 3600 }))).toEqual([])
    return codesOf(await checkFiles(files, { publishIntervalSeconds: 24 * 3600 }))
  },
  DEB_SIMPLE_NAMES: async () => {
    expect(codesOf(await checkUpdated(one({}, '1', true).files, one({}, '2', true).files))).toEqual([])
    return codesOf(await checkUpdated(one().files, one({}, '2').files))
  },
}

test.each(Object.entries(faults))('%s is found by a fault', async (code, find) => {
  expect(await find()).toEqual([`${code} ${inRelease}`])
})

test('an update that changes nothing it may not change has no findings', async () => {
  const byHash = one({}, '1', true)
  expect(await checkUpdated(byHash.files, byHash.files)).toEqual([])
  expect(await checkUpdated(byHash.files, one({ Date: 'Wed, 31 Dec 1969 23:59:00 UTC' }, '2', true).files)).toEqual([])
})

test('a suite that could not be read before is held against nothing', async () => {
  const before = new Map(one().files)
  for (const name of ['InRelease', 'Release']) before.set(`dists/stable/${name}`, Buffer.from('nonsense'))
  expect(await checkUpdated(before, one().files)).toEqual([])
})
