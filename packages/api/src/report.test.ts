import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import type { AgentStatus } from './agent-status.ts'
import { signReport, verifyReport } from './report.ts'

const now = new Date('2026-11-20T08:00:00Z')
const { privateKey } = generateKeyPairSync('ed25519')
const status: AgentStatus = {
  format: 'repocast agent status',
  version: 1,
  program: '0.1.0',
  name: 'mirror',
  time: now.toISOString(),
  started: now.toISOString(),
  publicUrl: 'https://mirror.example.org/pub',
  peerId: '00'.repeat(20),
  repositories: [
    {
      name: 'debian',
      state: 'current',
      serial: 3,
      newestSerial: 3,
      bytesDone: 0,
      bytesWanted: 0,
      swapped: null,
      error: null,
    },
  ],
  downloadedBytes: 5,
  uploadedBytes: 6,
  fromMirrorsBytes: 3,
  fromOriginBytes: 2,
  fromWebSeedBytes: 0,
  downloadRate: 0,
  uploadRate: 0,
  peers: 2,
  disk: { freeBytes: 1, totalBytes: 2 },
  packs: [],
}

test('a signed report is accepted, and its key gives the same id each time', () => {
  const { body, headers } = signReport(status, privateKey)
  const first = verifyReport(Buffer.from(body), headers, now)
  expect(first.status).toEqual(status)
  expect(first.id).toMatch(/^[0-9a-f]{32}$/)
  expect(verifyReport(Buffer.from(body), headers, now).id).toBe(first.id)
})

test.each([
  ['another body', (body: string) => body.replace('mirror', 'mirrox'), (h: Record<string, string>) => h],
  ['no headers', (body: string) => body, () => ({})],
  ['another key', (body: string) => body, (h: Record<string, string>) => ({ ...h, 'x-repocast-key': 'AAAA' })],
])('a report with %s is refused', (_, changeBody, changeHeaders) => {
  const { body, headers } = signReport(status, privateKey)
  const verify = () => verifyReport(Buffer.from(changeBody(body)), changeHeaders({ ...headers }), now)
  expect(verify).toThrow(expect.objectContaining({ code: 'REPOCAST_REPORT_REFUSED' }))
})

test.each([
  ['an old time', { time: '2026-11-19T08:00:00Z' }],
  ['no time', { time: 'soon' }],
  ['a foreign field', { extra: 1 }],
  ['a negative count', { uploadedBytes: -1 }],
])('a report with %s is refused although it is signed', (_, change) => {
  const { body, headers } = signReport({ ...status, ...change } as AgentStatus, privateKey)
  expect(() => verifyReport(Buffer.from(body), headers, now)).toThrow(
    expect.objectContaining({ code: 'REPOCAST_REPORT_REFUSED' }),
  )
})
