import { expect, test } from 'vitest'
import { renderListing } from './listing.ts'

const file = (name: string | Buffer, size = 1) => ({
  name: Buffer.from(name),
  isDirectory: false,
  size,
  mtime: 1_700_000_000,
})
const directory = (name: string) => ({ ...file(name), isDirectory: true })
const page = (...entries: ReturnType<typeof file>[]) => [...renderListing([Buffer.from('debian')], entries)].join('')

test('directories come first, all in byte order, with times and sizes', () => {
  const listing = page(file('b', 2048), file('a'), file('B'), directory('z'), directory('dists'))
  const links = [...listing.matchAll(/href="([^"]*)">([^<]*)</g)].map(([, address, text]) => `${address} ${text}`)
  expect(links).toEqual(['../ ../', 'dists/ dists/', 'z/ z/', 'B B', 'a a', 'b b'])
  expect(listing).toContain('Index of /debian/')
  expect(listing).toContain('<td>2023-11-14 22:13</td><td class="number">2.00 KiB</td>')
})

test('names of any bytes are told and linked, and none is HTML', () => {
  const listing = page(
    file('"><script>alert(1)</script>'),
    file(Buffer.from('latin-\xe9', 'latin1')),
    file('new\nline'),
    file('C:'),
    file('%2e%2e'),
    file('javascript:alert(1)'),
  )
  expect(listing).not.toContain('<script>')
  const links = [...listing.matchAll(/href="([^"]*)">/g)].map(([, address]) => address)
  expect(links).toEqual([
    '../',
    '%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E',
    '%252e%252e',
    'C%3A',
    'javascript%3Aalert%281%29',
    'latin-%E9',
    'new%0Aline',
  ])
  expect(listing).toContain('latin-\\xe9')
  expect(listing).toContain('new\\x0aline')
})
