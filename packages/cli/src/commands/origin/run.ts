import { serviceNotifier } from '@repocast/daemon'
import { runOrigin } from '@repocast/origin'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { pagesDirectory } from '../../pages.ts'
import { daemonLog } from '../../program-log.ts'

const options = (yargs: Argv) => yargs.options(dataOption)
type Args = Awaited<ReturnType<typeof options>['argv']>

export const originRun: Command<Args> = {
  usage: 'run',
  summary: 'Run the daemon: feed, tracker, statistics and seeding, until SIGTERM',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data }, context) {
    const logger = daemonLog(context)
    const service = serviceNotifier(context.environment, logger)
    context.signal.addEventListener('abort', () => void service?.stopping())
    await runOrigin(
      { ...context, data, logger, pages: pagesDirectory, program: context.version },
      context.signal,
      () => {
        service?.ready(() => 'publishes, tracks and seeds')
      },
    )
  },
}
