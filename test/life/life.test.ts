import { expect, test } from 'vitest'
import { openLab, tryRepocast } from '../lab/index.ts'
import { Life, type LifeOptions } from './life.ts'

const minutes = Number(process.env.REPOCAST_LIFE_MINUTES ?? 0)
const options: LifeOptions = {
  seed: Number(process.env.REPOCAST_LIFE_SEED ?? 1),
  publishes: 30,
  seconds: minutes * 60,
  hours: 72,
}

test('an origin and three mirrors live through 72 hours of everything that goes wrong', async () => {
  await using lab = openLab('life')
  const life = await Life.begin(lab, options)
  const { publishes, happened, growth, watcher } = await life.live(options)
  console.log(JSON.stringify({ publishes, happened, growth, reads: watcher.reads, exact: watcher.exact }, null, 1))
  expect(watcher.violations).toEqual([])
  expect(publishes).toBeGreaterThanOrEqual(options.publishes)

  for (const { agent, name } of life.mirrors) {
    expect(await agent.process.stop(), name).toEqual({ code: 0 })
    const { exitCode, stdout, stderr } = await tryRepocast(['agent', 'verify', '--data', agent.data, '--json'])
    expect({ exitCode, stderr, stdout }, name).toMatchObject({ exitCode: 0 })
  }
}, 300_000 + minutes * 90_000)
