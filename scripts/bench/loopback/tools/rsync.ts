import { mkdir, writeFile } from 'node:fs/promises'
import { freePort } from '../../../demo/daemons.ts'
import { End } from '../process.ts'
import { missingProgram } from './have.ts'
import type { Tool } from './tool.ts'

export const rsync: Tool = {
  name: 'rsync',
  hasPieces: false,
  missing: () => missingProgram('rsync'),
  async prepare({ directory, source }) {
    const configuration = `use chroot = no\nlog file = /dev/null\n[tree]\npath = ${source}\nuid = root\ngid = root\n`
    await writeFile(`${directory}/rsyncd.conf`, configuration)
    const [port, copy] = [await freePort(36_873), `${directory}/copy`]
    await mkdir(copy)
    const listen = ['--address=127.0.0.1', `--port=${port}`, `--config=${directory}/rsyncd.conf`]
    const seeder = new End(['rsync', '--daemon', '--no-detach', ...listen])
    await new Promise(resolve => setTimeout(resolve, 500))
    return {
      seeder,
      begin: async () => new End(['rsync', '-a', `rsync://127.0.0.1:${port}/tree/`, `${copy}/`]),
      marks: [{ what: 'all files written', reached: leecher => leecher.finished() }],
      copy,
      async close() {},
    }
  },
}
