import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { packOf } from './pack-of.ts'
import { packReference } from './reference.ts'

test('a reference tells what a mirror needs to fetch and verify the .torrent', async () => {
  const { torrent, pack } = await packOf({ a: 'one', b: 'three' })
  expect(packReference(torrent, pack)).toEqual({
    infoHash: pack.infoHash,
    torrentId: createHash('sha256').update(torrent).digest('hex'),
    torrentBytes: torrent.length,
    bytes: 8,
    objects: 2,
  })
})
