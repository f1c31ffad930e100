import { countOf, formatBytes } from '@repocast/daemon'
import { originStatus } from '@repocast/origin'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) => yargs.options(dataOption)
type Args = Awaited<ReturnType<typeof options>['argv']>

export const originStatusCommand: Command<Args> = {
  usage: 'status',
  summary: 'Tell what is published and who follows; works whether the daemon runs or not',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data }, context) {
    const { terminal } = context
    const status = await originStatus({ ...context, data, logger: commandLog(context) })
    terminal.value(status)
    terminal.line(`origin ${status.url}`)
    for (const { repository, kind, serial, created, counts, bytes, packs } of status.repositories) {
      const size = `${countOf(counts.files, 'file')}, ${formatBytes(bytes)}, ${countOf(packs.length, 'pack')}`
      terminal.line(`  ${repository} (${kind}): serial ${serial} of ${created}, ${size}`)
    }
    if (status.repositories.length === 0) terminal.line('  nothing is published yet')
    terminal.line(`reports have come from ${countOf(status.mirrors.length, 'mirror')}`)
    for (const { name, lastReport, repositories } of status.mirrors) {
      const served = repositories.map(one => {
        const behind = one.lagSerials > 0 ? `, ${one.lagSerials} behind` : ''
        return `${one.name} ${one.serial ?? 'nothing'} (${one.state}${behind})`
      })
      terminal.line(`  ${name}: ${served.join(', ')}; last report ${lastReport}`)
    }
  },
}
