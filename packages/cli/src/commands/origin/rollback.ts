import { rollbackRepository } from '@repocast/origin'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { createProgressView } from '../../output/progress.ts'
import { publishProgressOf } from '../../output/publish-progress.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs
    .positional('repository', { type: 'string', demandOption: true, describe: 'Name of the repository' })
    .positional('serial', { type: 'string', demandOption: true, describe: 'Serial whose content to publish again' })
    .options(dataOption)
type Args = Awaited<ReturnType<typeof options>['argv']>

export const originRollback: Command<Args> = {
  usage: 'rollback <repository> <serial>',
  summary: 'Publish the content of an old snapshot as a new one, which mirrors follow as any other',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data, repository, serial }, context) {
    const { terminal, signal } = context
    const view = createProgressView(terminal, () => performance.now() / 1000)
    try {
      const result = await rollbackRepository(
        { ...context, data, logger: commandLog(context) },
        {
          repository,
          serial,
          signal,
          ...(!terminal.isJson && { onProgress: progress => view.show(publishProgressOf(repository, progress)) }),
        },
      )
      view.stop()
      terminal.value(result)
      const { published, contentOf } = result
      terminal.line(
        published
          ? `published ${repository} as serial ${result.serial}, with the content of serial ${contentOf}`
          : `${repository} has the content of serial ${contentOf} already (serial ${result.serial}): nothing to do`,
      )
      if (published) terminal.line('the next publish of the source tree brings its content again: mend the tree first')
    } finally {
      view.stop()
    }
  },
}
