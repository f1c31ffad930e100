import { expect, test } from 'vitest'
import { openLab, repocast, tryRepocast } from '../lab/index.ts'
import { Life, type LifeOptions } from './life.ts'
import { contentBytes, remainsOf } from './remains.ts'

const minutes = Number(process.env.REPOCAST_LIFE_MINUTES ?? 0)
const options: LifeOptions = {
  seed: Number(process.env.REPOCAST_LIFE_SEED ?? 1),
  publishes: 20,
  seconds: minutes * 60,
  hours: 72,
}
const megabyte = 1_000_000
/** How many files a store keeps open. */
const openFilesLimit = 256

test(
  'an origin and three mirrors live through 72 hours of everything that goes wrong',
  async () => {
    await using lab = openLab('life')
    const life = await Life.begin(lab, options)
    const { publishes, happened, growth, watcher } = await life.live(options)
    const { reads, exact, moved, violations } = watcher
    console.log(JSON.stringify({ publishes, happened, growth, reads, exact, moved }, null, 1))
    expect(violations).toEqual([])
    expect(exact).toBeGreaterThan(60)
    expect(publishes).toBeGreaterThanOrEqual(options.publishes)
    expect(growth.length).toBeGreaterThan(0)
    for (const { name, memory, sockets, mostFiles } of growth) {
      expect(memory.last, name).toBeLessThan(memory.first * 1.5 + 80 * megabyte)
      expect(sockets.last, name).toBeLessThan(sockets.first + 25)
      expect(mostFiles, name).toBeLessThan(openFilesLimit + 100)
    }

    const snapshots = [...life.published.values()]
    for (const { agent, name } of life.mirrors) {
      expect(await agent.process.stop(), name).toEqual({ code: 0 })
      const { exitCode, stdout, stderr } = await tryRepocast(['agent', 'verify', '--data', agent.data, '--json'])
      expect({ exitCode, stderr, stdout }, name).toMatchObject({ exitCode: 0 })
      const remains = remainsOf(agent.data)
      expect(remains.leftovers, name).toEqual([])
      expect(remains.partial.length, name).toBeLessThan(100)
      // one that is served, and a spare
      expect(remains.generations.length, name).toBeLessThanOrEqual(2 * snapshots.length)
      // packs hold something that is not needed any more, too
      const kept = contentBytes(snapshots.flatMap(({ all }) => all.slice(-2)))
      expect(remains.objectBytes, name).toBeLessThan(3 * kept)
    }
    await repocast(['origin', 'gc', '--data', life.origin.data], { env: life.clockEnv })
    expect(await life.origin.process.stop()).toEqual({ code: 0 })
    expect(remainsOf(life.origin.data)).toMatchObject({ leftovers: [], partial: [] })
  },
  600_000 + minutes * 90_000,
)
