import { expect, test } from 'vitest'
import { startAgent } from '../lab/deployment.ts'
import { assertSameTree, openLab, repocast } from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'

test('limits of the schedule hold, are told with their end, and change without a restart', async () => {
  await using lab = openLab('limits')
  const { source, link } = await publishedTree(lab, { seed: 1, files: 40, directories: 4, bytes: 100_000 })
  const agent = await startAgent(lab, {}, {})
  const repository = { link, path: agent.servedPath('tree') }
  // an entry for every hour holds always, whatever time it is
  const settings = {
    'time-zone': 'Europe/Berlin',
    'upload-limit': '1MB/s',
    'limit-schedule': [
      { hours: '00:00-12:00', 'upload-limit': '80kbit/s' },
      { hours: '12:00-24:00', 'upload-limit': '160kbit/s' },
    ],
    repositories: [{ ...repository, 'download-limit': '40kB/s' }],
  }
  agent.configure(settings)
  agent.process.signal('SIGHUP')
  await agent.waitFor('tree', ({ state, bytesDone }) => state === 'fetching' && bytesDone > 0)
  const { limits } = await agent.status()
  expect([10_000, 20_000]).toContain(limits.uploadRate)
  expect(new Date(limits.until ?? '').getUTCMinutes()).toBe(0)
  expect(limits).toMatchObject({
    downloadRate: null,
    repositories: [{ name: 'tree', downloadRate: 40_000, until: null }],
  })
  const metrics = await (await fetch(`${agent.url}/metrics`)).text()
  expect(metrics).toContain('repocast_agent_download_limit_bytes_per_second{repository="tree"} 40000')
  expect(metrics).toMatch(/repocast_agent_limits_change_timestamp_seconds\{repository=""\} \d{10}/)
  expect((await repocast(['agent', 'status', '--data', agent.data])).stdout).toContain(
    'limits of tree: gives without limit, takes at most 39.1 KiB/s',
  )
  // at 40 kB/s the rest would take longer than is waited
  agent.configure({ ...settings, repositories: [repository] })
  agent.process.signal('SIGHUP')
  await agent.waitForSerial('tree', 1, 45)
  await assertSameTree(source, agent.servedPath('tree'))
})
