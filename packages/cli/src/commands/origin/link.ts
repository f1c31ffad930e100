import { subscriptionLink } from '@repocast/origin'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs.positional('repository', { type: 'string', demandOption: true, describe: 'Name of the repository' }).options({
    ...dataOption,
    channel: { type: 'string', requiresArg: true, describe: 'Follow this channel, not the newest snapshot' },
  })
type Args = Awaited<ReturnType<typeof options>['argv']>

export const originLink: Command<Args> = {
  usage: 'link <repository>',
  summary: 'Print the subscription link that mirrors follow a repository by',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data, repository, channel }, context) {
    const link = await subscriptionLink({ ...context, data, logger: commandLog(context) }, repository, channel)
    context.terminal.line(link)
    context.terminal.value({ link })
  },
}
