import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { type MakeTool, mirrorDirectory } from './tool.ts'

/** A daemon at the origin; every mirror pulls, as from cron. */
export const rsync: MakeTool = stage => {
  const { hosts, directory, source, mirrors } = stage
  const pull = (mirror: number): void => {
    const home = mirrorDirectory(stage, mirror)
    mkdirSync(`${home}/copy`, { recursive: true })
    rmSync(`${home}/done`, { force: true })
    const command = `rsync -a --delete rsync://${hosts.address(0)}/tree/ ${home}/copy/ && touch ${home}/done`
    hosts.spawn(mirror, ['sh', '-c', command])
  }
  const pullAll = async (): Promise<void> => {
    for (let mirror = 1; mirror <= mirrors; mirror += 1) pull(mirror)
  }
  return {
    name: 'rsync',
    async prepare() {
      const configuration = `use chroot = no\nlog file = /dev/null\n[tree]\npath = ${source}\nuid = root\ngid = root\n`
      await writeFile(`${directory}/rsyncd.conf`, configuration)
      hosts.spawn(0, ['rsync', '--daemon', '--no-detach', `--config=${directory}/rsyncd.conf`])
      await new Promise(resolve => setTimeout(resolve, 500))
    },
    begin: pullAll,
    update: pullAll,
    restart: pull,
    isDone: mirror => existsSync(`${mirrorDirectory(stage, mirror)}/done`),
    copy: mirror => `${mirrorDirectory(stage, mirror)}/copy/`,
  }
}
