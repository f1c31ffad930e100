import { mkdirSync, readlinkSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type MakeTool, mirrorDirectory } from './tool.ts'

const program = fileURLToPath(new URL('../../../../node_modules/.bin/repocast', import.meta.url))

/** Agents run and follow; the repository holds one small file before the tree is published. */
export const repocast: MakeTool = stage => {
  const { hosts, directory, source, mirrors } = stage
  const data = `${directory}/origin`
  const before = new Map<number, string | undefined>()
  const served = (mirror: number): string => `${mirrorDirectory(stage, mirror)}/served`
  const target = (mirror: number): string | undefined => {
    try {
      return readlinkSync(served(mirror))
    } catch {
      return undefined
    }
  }
  const publish = async (tree: string): Promise<void> => {
    for (let mirror = 1; mirror <= mirrors; mirror += 1) before.set(mirror, target(mirror))
    await hosts.run(0, [program, 'origin', 'publish', 'bench', tree, '--data', data, '--json'])
  }
  const start = (mirror: number): void => {
    hosts.spawn(mirror, [program, 'agent', 'run', '--data', mirrorDirectory(stage, mirror)])
  }
  return {
    name: 'repocast',
    async prepare() {
      const listen = `${hosts.address(0)}:8080`
      const init = ['--url', `http://${listen}`, '--listen', listen, '--peer-port', '6881']
      await hosts.run(0, [program, 'origin', 'init', '--data', data, ...init])
      await mkdir(`${directory}/seed`)
      await writeFile(`${directory}/seed/hello`, 'hello\n')
      await publish(`${directory}/seed`)
      hosts.spawn(0, [program, 'origin', 'run', '--data', data])
      const link = await hosts.run(0, [program, 'origin', 'link', 'bench', '--data', data])
      for (let mirror = 1; mirror <= mirrors; mirror += 1) {
        mkdirSync(mirrorDirectory(stage, mirror), { recursive: true })
        const repositories = JSON.stringify([{ link, path: served(mirror) }])
        await writeFile(
          `${mirrorDirectory(stage, mirror)}/agent.yaml`,
          `name: m${mirror}\nrepositories: ${repositories}\n`,
        )
        start(mirror)
      }
      while (![...before.keys()].every(mirror => target(mirror) !== undefined))
        await new Promise(r => setTimeout(r, 50))
    },
    begin: async () => await publish(source),
    update: async () => await publish(source),
    restart: start,
    isDone: mirror => target(mirror) !== before.get(mirror),
    copy: mirror => `${served(mirror)}/`,
  }
}
