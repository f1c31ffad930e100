import { promoteSnapshot } from '@repocast/origin'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs
    .positional('repository', { type: 'string', demandOption: true, describe: 'Name of the repository' })
    .positional('serial', {
      type: 'string',
      demandOption: true,
      describe: 'Serial to point at; `none`: no such channel',
    })
    .positional('channel', { type: 'string', demandOption: true, describe: 'Name of the channel, such as stable' })
    .options(dataOption)
type Args = Awaited<ReturnType<typeof options>['argv']>

export const originPromote: Command<Args> = {
  usage: 'promote <repository> <serial> <channel>',
  summary: 'Let a channel of a repository point at a snapshot; mirrors that follow it go there',
  options: options as (yargs: Argv) => Argv<Args>,
  examples: [
    ['$0 origin promote debian 42 stable --data /var/lib/repocast', 'stable is serial 42 now'],
    ['$0 origin promote debian none stable --data /var/lib/repocast', 'there is no channel stable any more'],
  ],
  async run({ data, repository, serial, channel }, context) {
    const { terminal, signal } = context
    const channels = await promoteSnapshot(
      { ...context, data, logger: commandLog(context) },
      {
        repository,
        channel,
        serial: serial === 'none' ? undefined : serial,
        signal,
        onWait: () => terminal.line('waiting for another publish'),
      },
    )
    terminal.value(channels)
    terminal.line(
      serial === 'none'
        ? `${repository} has no channel ${channel} now`
        : `${channel} of ${repository} is serial ${serial}`,
    )
  },
}
