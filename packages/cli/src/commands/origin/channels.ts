import { listChannels } from '@repocast/origin'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { alignColumns } from '../../output/table.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs
    .positional('repository', { type: 'string', demandOption: true, describe: 'Name of the repository' })
    .options(dataOption)
type Args = Awaited<ReturnType<typeof options>['argv']>

export const originChannels: Command<Args> = {
  usage: 'channels <repository>',
  summary: 'List the channels of a repository and the serials that they point at',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data, repository }, context) {
    const { terminal } = context
    const listed = await listChannels({ ...context, data, logger: commandLog(context) }, repository)
    terminal.value(listed)
    const rows = Object.entries(listed.channels).map(([name, serial]) => [name, String(serial)])
    for (const line of alignColumns([{}, { isNumber: true }], rows)) terminal.line(line)
    if (rows.length === 0) terminal.line(`${repository} has no channels: mirrors follow the newest snapshot`)
  },
}
