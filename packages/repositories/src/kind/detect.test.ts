import { expect, test } from 'vitest'
import { isVolatile, KindDetector } from './detect.ts'

test.each([
  ['yum', ['Packages/a.rpm', 'repodata/repomd.xml']],
  ['yum', ['BaseOS/x86_64/os/repodata/repomd.xml']],
  ['deb', ['dists/stable/Release', 'pool/main/a/a.deb']],
  ['deb', ['debian/dists/stable/updates/InRelease']],
  ['deb', ['Release', 'Packages.gz', 'a.deb']],
  ['plain', ['Release', 'notes.txt']],
  ['plain', ['repodata/primary.xml', 'dists/Release.txt']],
  ['plain', []],
])('%s: %j', (kind, paths) => {
  const detector = new KindDetector()
  for (const path of paths) {
    const directory = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
    if (KindDetector.mayTell(directory)) detector.see(path)
  }
  expect(detector.kind).toBe(kind)
})

test('metadata is told from packages', () => {
  expect(isVolatile('yum', 'os/repodata/primary.xml.gz')).toBe(true)
  expect(isVolatile('yum', 'Packages/a.rpm')).toBe(false)
  expect(isVolatile('deb', 'dists/stable/main/Contents-amd64')).toBe(true)
  expect(isVolatile('deb', 'pool/main/a.deb')).toBe(false)
  expect(isVolatile('plain', 'dists/x')).toBe(false)
})
