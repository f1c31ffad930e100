import { runAgent } from '@repocast/agent'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { showAgentProgress } from '../../output/agent-progress.ts'
import { createProgressView } from '../../output/progress.ts'
import { daemonLog } from '../../program-log.ts'

const options = (yargs: Argv) => yargs.options(dataOption)
type Args = Awaited<ReturnType<typeof options>['argv']>

export const agentRun: Command<Args> = {
  usage: 'run',
  summary: 'Follow every repository of agent.yaml, serve and seed it, until SIGTERM',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data }, context) {
    const { terminal } = context
    // Off a terminal the log tells what happens; with --json the progress is asked for.
    const showsProgress = terminal.isInteractive || terminal.isJson
    const view = createProgressView(terminal, () => performance.now() / 1000)
    let stop = (): void => {}
    try {
      await runAgent(
        { ...context, data, logger: daemonLog(context), program: context.version },
        context.signal,
        status => {
          if (showsProgress) stop = showAgentProgress(view, status)
        },
      )
    } finally {
      stop()
    }
  },
}
