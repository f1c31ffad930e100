import { countOf, formatBytes } from '@repocast/daemon'
import { type CollectProgress, collectGarbage, type OriginCollection } from '@repocast/origin'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { createProgressView, type Progress } from '../../output/progress.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs.options({
    ...dataOption,
    'dry-run': { type: 'boolean', default: false, describe: 'Tell what would go, and remove nothing' },
  })
type Args = Awaited<ReturnType<typeof options>['argv']>

export const originGc: Command<Args> = {
  usage: 'gc',
  summary: 'Let go of snapshots that `keep` in origin.yaml does not name, and of all that only they need',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data, 'dry-run': dryRun }, context) {
    const { terminal, signal } = context
    const view = createProgressView(terminal, () => performance.now() / 1000)
    try {
      const result = await collectGarbage(
        { ...context, data, logger: commandLog(context) },
        {
          dryRun,
          signal,
          // With --json the result is all that is printed, so that it can be parsed as it is.
          ...(!terminal.isJson && { onProgress: progress => view.show(progressOf(progress)) }),
        },
      )
      view.stop()
      terminal.value(result)
      for (const line of resultLines(result)) terminal.line(line)
    } finally {
      view.stop()
    }
  },
}

function progressOf(progress: CollectProgress): Progress {
  const name = 'gc'
  switch (progress.step) {
    case 'wait':
      return { name, step: 'waiting for a publish', done: 0, total: 0 }
    case 'feed':
      return { name, step: 'signing', done: 0, total: 0 }
    case 'packs':
      return { name, step: 'removing packs', done: 0, total: 0 }
    case 'objects':
      return { name, step: 'removing objects', done: progress.bytes, total: progress.totalBytes }
  }
}

function resultLines({ dryRun, snapshots, packs, objects, bytes }: OriginCollection): string[] {
  const verb = dryRun ? 'would remove' : 'removed'
  return [
    ...snapshots.map(({ repository, serial, created }) => `  ${repository} serial ${serial} of ${created}`),
    `${verb} ${countOf(snapshots.length, 'snapshot')}, ${countOf(packs, 'pack')}, ${countOf(objects, 'object')}, ${formatBytes(bytes)}`,
  ]
}
