import { giveOrder, type OrderKind, type OrderResult } from '@repocast/agent'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs
    .positional('repository', { type: 'string', describe: 'May be left out when there is only one' })
    .positional('serial', { type: 'string', describe: 'Serial of a snapshot' })
    .options(dataOption)
type Args = Awaited<ReturnType<typeof options>['argv']>

/** A command that tells an agent what to do from now on, whether it runs or not. */
export function orderCommand(kind: OrderKind, summary: string): Command<Args> {
  return {
    usage: `${kind} [repository]${kind === 'resume' ? '' : ' [serial]'}`,
    summary,
    options: options as (yargs: Argv) => Argv<Args>,
    examples: [[`$0 agent ${kind} debian${kind === 'resume' ? '' : ' 17'} --data /var/lib/repocast`, '']],
    async run({ data, repository, serial }, context) {
      const { terminal, signal } = context
      const result = await giveOrder(
        { ...context, data, logger: commandLog(context), program: context.version },
        { kind, words: [repository, serial].filter(word => word !== undefined), signal },
      )
      terminal.value(result)
      for (const line of orderLines(kind, result)) terminal.line(line)
    },
  }
}

const done: Readonly<Record<OrderKind, string>> = {
  rollback: 'serves',
  hold: 'goes no further than',
  resume: 'follows the feed again',
  pin: 'keeps',
  unpin: 'does not keep on purpose',
  accept: 'may go to',
}

function orderLines(kind: OrderKind, { repository, serial, done: isDone, pinned, kept }: OrderResult): string[] {
  const what = serial === null ? '' : ` serial ${serial}`
  const lists = `here as a whole: ${kept.join(', ') || 'none'}; pinned: ${pinned.join(', ') || 'none'}`
  if (!isDone)
    return [`${repository}: the agent has been told, and is not there yet; see \`repocast agent status\``, lists]
  return [`${repository} ${done[kind]}${what}`, lists]
}
