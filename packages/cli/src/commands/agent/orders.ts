import { giveOrder, type OrderKind, type OrderResult } from '@repocast/agent'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs
    .positional('words', { type: 'string', array: true, describe: 'Repository (not needed when there is one), serial' })
    .options(dataOption)
type Args = Awaited<ReturnType<typeof options>['argv']>

/** A command that tells an agent what to do from now on, whether it runs or not. */
export function orderCommand(kind: OrderKind, summary: string, usage = '[words..]'): Command<Args> {
  return {
    usage: `${kind} ${usage}`,
    summary,
    options: options as (yargs: Argv) => Argv<Args>,
    examples: [[`$0 agent ${kind} debian${kind === 'resume' ? '' : ' 17'} --data /var/lib/repocast`, '']],
    async run({ data, words = [] }, context) {
      const { terminal, signal } = context
      const result = await giveOrder(
        { ...context, data, logger: commandLog(context), program: context.version },
        { kind, words: words.map(String), signal },
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
