import { verifyData } from '@repocast/agent'
import { countOf, formatBytes, formatCount } from '@repocast/daemon'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { duration } from '../../duration-option.ts'
import { createProgressView } from '../../output/progress.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs.options({
    ...dataOption,
    repair: { type: 'boolean', default: false, describe: 'Heal what is damaged, from other mirrors if needed' },
    wait: {
      type: 'string',
      default: '10m',
      requiresArg: true,
      coerce: duration('--wait'),
      describe: 'With --repair: how long to wait for other mirrors',
    },
  })
type Args = Awaited<ReturnType<typeof options>['argv']>

export const agentVerify: Command<Args> = {
  usage: 'verify',
  summary: 'Compare every file of a mirror with what it must be; with --repair a running agent does it',
  options: options as (yargs: Argv) => Argv<Args>,
  examples: [['$0 agent verify --repair --data /var/lib/repocast', '']],
  async run({ data, repair, wait }, context) {
    const { terminal, signal } = context
    const view = createProgressView(terminal, () => performance.now() / 1000)
    const { failure, ...result } = await verifyData(
      { ...context, data, logger: commandLog(context), program: context.version },
      {
        isRepairing: repair,
        waitSeconds: wait,
        signal,
        onFinding: finding => {
          terminal.value({ finding })
          terminal.line(`${finding.what}: ${finding.path}`)
        },
        onProgress: progress => view.show({ name: 'verify', ...progress }),
      },
    ).finally(() => view.stop())
    const { objects, bytes, found, healed, byAgent } = result
    const outcome =
      found + healed === 0 ? 'all is as it must be' : `${formatCount(found)} damaged, ${formatCount(healed)} healed`
    terminal.value(result)
    terminal.line(`${countOf(objects, 'object')} with ${formatBytes(bytes)}: ${outcome}`)
    if (byAgent && found > 0) terminal.line('the running agent did it: its log names the files')
    if (failure) throw failure
  },
}
