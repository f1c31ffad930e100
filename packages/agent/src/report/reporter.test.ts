import { generateKeyPairSync } from 'node:crypto'
import type { AgentStatus } from '@repocast/api'
import { RepocastError, silentLogger } from '@repocast/errors'
import { afterEach, expect, test, vi } from 'vitest'
import { Reporter } from './reporter.ts'

afterEach(() => vi.useRealTimers())

test('a status that cannot be made is told, by whatever timer it was asked for, and the next one is tried', async () => {
  vi.useFakeTimers()
  const rot = new RepocastError('REPOCAST_DATABASE_CORRUPT', { message: 'catalog.sqlite is damaged' })
  const told: unknown[] = []
  const reporter = new Reporter({
    urls: [],
    key: generateKeyPairSync('ed25519').privateKey,
    status: (): AgentStatus => {
      throw rot
    },
    fetch,
    logger: silentLogger,
    onFailure: error => told.push(error),
  })
  reporter.changed()
  await vi.advanceTimersByTimeAsync(200)
  expect(told).toEqual([rot])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(told).toEqual([rot, rot, rot])
  await expect(reporter.send()).rejects.toBe(rot)
  reporter.stop()
})
