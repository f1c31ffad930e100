import { formatCount } from '@repocast/daemon'
import { RepocastError } from '@repocast/errors'
import { listWebhooks, testWebhooks, type WebhookStatus } from '@repocast/origin'
import type { Argv } from 'yargs'
import type { CommandContext } from '../../command.ts'
import { type Command, dataOption } from '../../command.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs.options({
    ...dataOption,
    test: { type: 'boolean', default: false, describe: 'Send each of them an event of the type `test`, now' },
  })
type Args = Awaited<ReturnType<typeof options>['argv']>

export const originNotify: Command<Args> = {
  usage: 'notify',
  summary: 'Tell which webhooks there are and what waits for them, or test them',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data, test }, context) {
    const origin = { ...context, data, logger: commandLog(context) }
    if (test) await runTest(origin, context)
    else {
      const webhooks = await listWebhooks(origin)
      context.terminal.value(webhooks)
      for (const line of webhooks.flatMap(statusLines)) context.terminal.line(line)
      if (webhooks.length === 0) context.terminal.line(none)
    }
  },
}

const none = 'origin.yaml names no webhooks: see `notifications` there'

/** @throws RepocastError REPOCAST_WEBHOOK_FAILED when one does not take it */
async function runTest(origin: Parameters<typeof testWebhooks>[0], context: CommandContext): Promise<void> {
  const { terminal, signal, version } = context
  const results = await testWebhooks(origin, { program: version, signal })
  terminal.value(results)
  for (const result of results) {
    terminal.line(`${result.webhook}: ${result.kind === 'accepted' ? 'accepted' : `${result.kind}: ${result.why}`}`)
  }
  if (results.length === 0) terminal.line(none)
  const failed = results.filter(({ kind }) => kind !== 'accepted')
  if (failed.length === 0) return
  throw new RepocastError('REPOCAST_WEBHOOK_FAILED', {
    message: `${failed.length} of ${results.length} webhooks did not take the test`,
    hint: 'look at their addresses and secrets in origin.yaml, and at the logs of the receivers',
  })
}

function statusLines({ webhook, isSigned, events, repositories, ...totals }: WebhookStatus): string[] {
  const { waiting, oldest, why, accepted, failed, lost } = totals
  const since = oldest === null ? '' : `, the oldest of ${new Date(oldest).toISOString()}`
  return [
    `${webhook}${isSigned ? '' : ' (not signed)'}`,
    `  events: ${events.join(', ')}`,
    ...(repositories ? [`  repositories: ${repositories.join(', ')}`] : []),
    `  ${formatCount(waiting)} wait${since}; ${formatCount(accepted)} accepted, ${formatCount(failed)} requests failed, ${formatCount(lost)} lost`,
    ...(why === null ? [] : [`  the last request failed: ${why}`]),
  ]
}
