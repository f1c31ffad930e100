import { forgetRepository } from '@repocast/agent'
import { countOf, formatBytes } from '@repocast/daemon'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs
    .positional('repository', { type: 'string', demandOption: true, describe: 'Name of the repository' })
    .options(dataOption)
type Args = Awaited<ReturnType<typeof options>['argv']>

export const agentForget: Command<Args> = {
  usage: 'forget <repository>',
  summary: 'Remove all that is here of a repository that agent.yaml does not follow any more; while no agent runs',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data, repository }, context) {
    const { terminal, version: program } = context
    const forgotten = await forgetRepository({ ...context, data, logger: commandLog(context), program }, repository)
    terminal.value(forgotten)
    const { links, objects, bytes } = forgotten
    for (const link of links) terminal.line(`${link} is not served any more`)
    terminal.line(`${repository} is forgotten; ${countOf(objects, 'object')} with ${formatBytes(bytes)} removed`)
  },
}
