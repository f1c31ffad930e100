import { runAgent } from '@repocast/agent'
import { serviceNotifier } from '@repocast/daemon'
import { describeError } from '@repocast/errors'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { agentSummary, showAgentProgress } from '../../output/agent-progress.ts'
import { createProgressView } from '../../output/progress.ts'
import { pagesDirectory } from '../../pages.ts'
import { daemonLog } from '../../program-log.ts'

const options = (yargs: Argv) => yargs.options(dataOption)
type Args = Awaited<ReturnType<typeof options>['argv']>

export const agentRun: Command<Args> = {
  usage: 'run',
  summary: 'Follow every repository of agent.yaml, serve and seed it, until SIGTERM; SIGHUP reads agent.yaml again',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data }, context) {
    const { terminal, environment, signal, version } = context
    // Off a terminal the log tells what happens; with --json the progress is asked for.
    const showsProgress = terminal.isInteractive || terminal.isJson
    const view = createProgressView(terminal, () => performance.now() / 1000)
    const logger = daemonLog(context)
    const service = serviceNotifier(environment, logger)
    signal.addEventListener('abort', () => void service?.stopping())
    let stop = (): void => {}
    let onHangup = (): void => {}
    try {
      await runAgent(
        { ...context, data, logger, program: version, pages: pagesDirectory },
        signal,
        ({ status, reload }) => {
          if (showsProgress) stop = showAgentProgress(view, status)
          service?.ready(() => agentSummary(status()))
          onHangup = () => {
            const reloaded = service ? service.reloading(reload) : reload()
            reloaded.catch((error: unknown) => {
              logger.error(
                { error: describeError(error) },
                'the configuration could not be read again, the old one stays',
              )
            })
          }
          process.on('SIGHUP', onHangup)
        },
      )
    } finally {
      process.off('SIGHUP', onHangup)
      stop()
    }
  },
}
