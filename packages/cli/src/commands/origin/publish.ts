import { formatBytes, formatCount } from '@repocast/daemon'
import { type PublishProgress, type PublishResult, publishTree } from '@repocast/origin'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { createProgressView, type Progress } from '../../output/progress.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs
    .positional('repository', { type: 'string', demandOption: true, describe: 'Name of the repository' })
    .positional('tree', { type: 'string', describe: 'Directory to publish; default: what origin.yaml says' })
    .options({
      ...dataOption,
      ingest: {
        choices: ['copy', 'hardlink'] as const,
        describe: 'How files get into the store; default: what origin.yaml says',
      },
    })

type Args = Awaited<ReturnType<typeof options>['argv']>

export const originPublish: Command<Args> = {
  usage: 'publish <repository> [tree]',
  summary: 'Publish a tree as the next snapshot of a repository; works whether the daemon runs or not',
  options: options as (yargs: Argv) => Argv<Args>,
  examples: [
    ['$0 origin publish debian /srv/debian --data /var/lib/repocast', 'for example as the last step of reprepro'],
  ],
  async run({ data, repository, tree, ingest }, context) {
    const { terminal, signal } = context
    const view = createProgressView(terminal, () => performance.now() / 1000)
    try {
      const result = await publishTree(
        { ...context, data, logger: commandLog(context) },
        {
          repository,
          tree,
          ingest,
          signal,
          // With --json the result is all that is printed, so that it can be parsed as it is.
          ...(!terminal.isJson && { onProgress: progress => view.show(progressOf(repository, progress)) }),
        },
      )
      view.stop()
      terminal.value(result)
      terminal.line(resultText(result))
    } finally {
      view.stop()
    }
  },
}

function progressOf(name: string, progress: PublishProgress): Progress {
  switch (progress.step) {
    case 'wait':
      return { name, step: 'waiting for another publish', done: 0, total: 0 }
    case 'scan':
      return { name, step: 'scanning', done: progress.bytes, total: 0 }
    case 'pack':
      return {
        name,
        step: `packing ${progress.pack}/${progress.packs}`,
        done: progress.bytes,
        total: progress.totalBytes,
      }
    case 'sign':
      return { name, step: 'signing', done: 0, total: 0 }
  }
}

function resultText({
  repository,
  kind,
  serial,
  published,
  total,
  new: added,
  packs,
  newPacks,
  mergedPacks,
}: PublishResult): string {
  const size = `${formatCount(total.files)} files, ${formatBytes(total.bytes)}`
  if (!published) return `${repository} is as it was published last (serial ${serial}, ${size}): nothing to do`
  const news = `${formatCount(added.files)} files, ${formatBytes(added.bytes)} new`
  const merged = mergedPacks.length > 0 ? `, ${mergedPacks.length} merged of older ones` : ''
  return `published ${repository} (${kind}) as serial ${serial}: ${size}; ${news}; ${newPacks.length} new of ${packs.length} packs${merged}`
}
