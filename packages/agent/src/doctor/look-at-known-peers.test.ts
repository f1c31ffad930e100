import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { lookAtKnownPeers } from './look-at-known-peers.ts'

test('known peers that nobody is at are named', async () => {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const there = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const options = { signal: new AbortController().signal, bindAddress: undefined }
  expect(await lookAtKnownPeers([there, there], options)).toMatchObject({
    state: 'fine',
    message: '1 of 1 can be reached',
  })
  server.close()
  expect(await lookAtKnownPeers([there], options)).toMatchObject({
    state: 'worse',
    message: `${there} cannot be reached`,
    mend: expect.stringContaining('`peers`'),
  })
})
