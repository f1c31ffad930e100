import { initAgent } from '@repocast/agent'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { examine } from './doctor.ts'

const options = (yargs: Argv) =>
  yargs
    .positional('link', { type: 'string', demandOption: true, describe: 'Subscription link' })
    .positional('directory', { type: 'string', demandOption: true, describe: 'What becomes a link to the snapshot' })
    .options({
      ...dataOption,
      listen: { type: 'string', requiresArg: true, describe: 'Address and port for HTTP (default 0.0.0.0:8081)' },
      'peer-port': { type: 'number', requiresArg: true, describe: 'TCP port for BitTorrent peers (default 6881)' },
    })
type Args = Awaited<ReturnType<typeof options>['argv']>

export const agentInit: Command<Args> = {
  usage: 'init <link> <directory>',
  summary: 'Write agent.yaml for a repository, with all settings explained, and look whether everything can be reached',
  options: options as (yargs: Argv) => Argv<Args>,
  examples: [["$0 agent init 'repocast+http://…' /srv/mirror/debian --data /var/lib/repocast/agent", '']],
  async run({ link, directory, data, listen, 'peer-port': peerPort }, context) {
    const values = { ...(listen !== undefined && { listen }), ...(peerPort !== undefined && { 'peer-port': peerPort }) }
    const configuration = await initAgent({ data, link, servedPath: directory, values })
    context.terminal.value({ configuration })
    context.terminal.line(`wrote ${configuration}, which explains every setting`)
    await examine(data, context)
    context.terminal.line(`next: repocast agent run --data ${data}`)
  },
}
