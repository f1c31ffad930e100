import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { assertSameTree, openLab, repocast, repocastJson, runCommand, yumRepository } from '../lab/index.ts'

test('mirrors follow the channel of their link, forward and back, without content that moves twice', async () => {
  await using lab = openLab('channels')
  const repository = await yumRepository(lab)
  const { directory } = repository
  const [first, second] = [`${lab.newDirectory('first')}/tree`, `${lab.newDirectory('second')}/tree`]
  const origin = await startOrigin(lab)
  const onOrigin = async (command: string, ...args: string[]) =>
    await repocastJson(['origin', command, 'yum', ...args, '--data', origin.data])
  await runCommand('cp', ['-a', directory, first])
  await origin.publish('yum', directory)
  await repository.update()
  await runCommand('cp', ['-a', directory, second])
  await origin.publish('yum', directory)
  await onOrigin('promote', '1', 'stable')
  const { link } = (await onOrigin('link', '--channel', 'stable')) as { readonly link: string }
  expect(link).toBe(`${await origin.link('yum')}:stable`)

  const stable = await startAgent(lab, { yum: link }, { name: 'stable' })
  const newest = await startAgent(lab, { yum: await origin.link('yum') }, { name: 'newest' })
  await stable.waitForSerial('yum', 1)
  await newest.waitForSerial('yum', 2)
  await assertSameTree(first, stable.servedPath('yum'))

  expect(await onOrigin('promote', '2', 'stable')).toMatchObject({ revision: 2, channels: { stable: 2 } })
  await stable.waitForSerial('yum', 2)
  await assertSameTree(second, stable.servedPath('yum'))

  // Back again: an admin's act, which an agent never does by itself.
  await onOrigin('promote', '1', 'stable')
  const servedByStable = async () => (await stable.status()).repositories[0]
  const back = { serial: 1, channel: 'stable', newestSerial: 1, state: 'current' }
  await expect.poll(servedByStable, { timeout: 60_000 }).toMatchObject(back)
  await assertSameTree(first, stable.servedPath('yum'))
  expect((await newest.status()).repositories[0]).toMatchObject({ serial: 2 })

  const lags = async () => {
    const { mirrors } = (await repocastJson(['origin', 'status', '--data', origin.data])) as Status
    return Object.fromEntries(mirrors.map(({ name, repositories: [one] }) => [name, [one?.serial, one?.lagSerials]]))
  }
  await expect.poll(lags, { timeout: 60_000 }).toEqual({ newest: [2, 0], stable: [1, 0] })
  expect(await onOrigin('channels')).toMatchObject({ channels: { stable: 1 } })
  const { stdout } = await repocast(['origin', 'log', 'yum', '--data', origin.data])
  expect(stdout).toMatch(/\n +1 {2}20.* stable\n$/)

  // A sync may be told a serial, whatever the link names.
  const target = `${lab.newDirectory('once')}/served`
  const sync = ['agent', 'sync', link, target, '--data', lab.newDirectory('sync'), '--serial', '2', '--name', 'once']
  const { stdout: told } = await repocast([...sync, '--json'])
  expect(JSON.parse(told.trim().split('\n').at(-1) ?? '')).toMatchObject({ serial: 2, swapped: true })
  await assertSameTree(second, target)
})

interface Status {
  readonly mirrors: readonly {
    readonly name: string
    readonly repositories: readonly { readonly serial: number; readonly lagSerials: number }[]
  }[]
}
