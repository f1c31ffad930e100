import { expect, test } from 'vitest'
import { askEachTime, cacheControl } from './cache-policy.ts'

const hash = '0123456789abcdef'.repeat(4)

test.each([
  `dists/sid/main/binary-amd64/by-hash/SHA256/${hash}`,
  `repodata/${hash}-primary.xml.zst`,
  `repodata/${hash.slice(0, 40)}-filelists.sqlite.bz2`,
])('%s never changes', path => expect(cacheControl(path.split('/'))).toBe('public, max-age=31536000, immutable'))

test.each([
  'pool/main/h/hello/hello_2.10-3_amd64.deb',
  'pool/main/libc/libc++_1%3a2.0~rc1_all.udeb',
  'pool/main/h/hello/hello_2.10-3.dsc',
  'pool/main/h/hello/hello_2.10.orig.tar.gz',
  'pool/main/h/hello/hello_2.10.orig-part.tar.xz.asc',
  'pool/main/h/hello/hello_2.10-3.debian.tar.xz',
  'Packages/b/bash-5.2.26-3.fc40.x86_64.rpm',
  'Packages/g/gcc-c++-13-1.noarch.rpm',
  'drpms/bash-5.1_5.2-1_2.fc40.x86_64.drpm',
])('%s carries its version', path => expect(cacheControl(path.split('/'))).toMatch(/max-age=2592000, immutable/))

test.each([
  'repodata/repomd.xml',
  'repodata/repomd.xml.asc',
  'repodata/primary.xml.gz',
  'dists/sid/InRelease',
  'dists/sid/Release',
  'dists/sid/Release.gpg',
  'dists/sid/main/binary-amd64/Packages.xz',
  'by-hash/Packages',
  'google-chrome-stable_current_amd64.deb',
  'epel-release-latest-9.noarch.rpm',
  'epel-release-latest.rpm',
  'images/boot.iso',
  '.treeinfo',
  'deadbeef-short',
  '',
])('%s is asked for each time', path => expect(cacheControl(path.split('/'))).toBe(askEachTime))
