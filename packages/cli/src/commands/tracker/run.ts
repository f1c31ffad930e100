import { runTracker } from '@repocast/tracker'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { daemonLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs.options({
    ...dataOption,
    listen: {
      type: 'string',
      requiresArg: true,
      describe: 'Address and port for HTTP, instead of what tracker.yaml says',
    },
  })
type Args = Awaited<ReturnType<typeof options>['argv']>

export const trackerRun: Command<Args> = {
  usage: 'run',
  summary: 'Run a tracker without an origin, for the torrents in DATA/torrents, until SIGTERM',
  options: options as (yargs: Argv) => Argv<Args>,
  examples: [
    ['$0 tracker run --data /var/lib/repocast-tracker', ''],
    ['$0 config sample tracker > /var/lib/repocast-tracker/tracker.yaml', 'all that can be set, with its default'],
  ],
  async run({ data, listen }, context) {
    const logger = daemonLog(context)
    await runTracker({ ...context, data, logger, ...(listen !== undefined && { listen }) }, context.signal)
  },
}
