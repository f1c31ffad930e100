import { countOf, formatBytes } from '@repocast/daemon'
import { CheckFailed, type PublishResult, publishTree } from '@repocast/origin'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { showFindings, summaryOf } from '../../output/findings.ts'
import { createProgressView } from '../../output/progress.ts'
import { publishProgressOf } from '../../output/publish-progress.ts'
import { commandLog } from '../../program-log.ts'
import { allowedBy, allowOptions } from './allow.ts'

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
      ...allowOptions,
      'dry-run': { type: 'boolean', describe: 'Scan and check, tell what would be new, and publish nothing' },
    })

type Args = Awaited<ReturnType<typeof options>['argv']>

export const originPublish: Command<Args> = {
  usage: 'publish <repository> [tree]',
  summary: 'Publish a tree as the next snapshot of a repository; works whether the daemon runs or not',
  options: options as (yargs: Argv) => Argv<Args>,
  examples: [
    ['$0 origin publish debian /srv/debian --data /var/lib/repocast', 'for example as the last step of reprepro'],
  ],
  async run({ data, repository, tree, ingest, 'dry-run': isDryRun, ...args }, context) {
    const { terminal, signal } = context
    const view = createProgressView(terminal, () => performance.now() / 1000)
    try {
      const result = await publishTree(
        { ...context, data, logger: commandLog(context) },
        {
          repository,
          tree,
          ingest,
          allow: allowedBy(args),
          isDryRun,
          signal,
          // With --json the result is all that is printed, so that it can be parsed as it is.
          ...(!terminal.isJson && { onProgress: progress => view.show(publishProgressOf(repository, progress)) }),
        },
      )
      view.stop()
      showFindings(terminal, result.findings, true)
      terminal.value({ ...result, findings: result.findings.map(summaryOf) })
      terminal.line(resultText(result, isDryRun))
    } catch (error) {
      view.stop()
      if (error instanceof CheckFailed) {
        showFindings(terminal, error.groups)
        terminal.value({ repository, published: false, findings: error.groups.map(summaryOf) })
      }
      throw error
    } finally {
      view.stop()
    }
  },
}

function resultText(
  { repository, kind, serial, published, total, new: added, packs, newPacks, mergedPacks }: PublishResult,
  isDryRun: boolean | undefined,
): string {
  const size = `${countOf(total.files, 'file')}, ${formatBytes(total.bytes)}`
  const news = `${countOf(added.files, 'file')}, ${formatBytes(added.bytes)} new`
  if (isDryRun && packs.length === 0)
    return `would publish ${repository} (${kind}) as serial ${serial}: ${size}; ${news}`
  if (!published) return `${repository} is as it was published last (serial ${serial}, ${size}): nothing to do`
  const merged = mergedPacks.length > 0 ? `, ${mergedPacks.length} merged of older ones` : ''
  return `published ${repository} (${kind}) as serial ${serial}: ${size}; ${news}; ${newPacks.length} new of ${countOf(packs.length, 'pack')}${merged}`
}
