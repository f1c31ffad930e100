import { agentLink } from '@repocast/agent'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'

const options = (yargs: Argv) =>
  yargs.positional('repository', { type: 'string', demandOption: true, describe: 'Name of the repository' }).options({
    ...dataOption,
    url: {
      type: 'string',
      requiresArg: true,
      describe: "Address of this agent's HTTP server for others; default: relay-url, or the host name and port",
    },
    upstream: {
      type: 'boolean',
      default: false,
      describe: 'Name the addresses that this agent follows, too, for when it is gone',
    },
  })
type Args = Awaited<ReturnType<typeof options>['argv']>

export const agentLinkCommand: Command<Args> = {
  usage: 'link <repository>',
  summary: 'Print the subscription link by which further mirrors follow a repository from this agent',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data, repository, url, upstream: withUpstream }, { terminal, environment }) {
    const link = await agentLink({ data, environment }, { repository, url, withUpstream })
    terminal.line(link)
    terminal.value({ link })
  },
}
