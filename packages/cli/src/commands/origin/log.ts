import { formatBytes, formatCount } from '@repocast/daemon'
import { type LogEntry, repositoryLog } from '@repocast/origin'
import type { Argv } from 'yargs'
import { type Command, dataOption, positive } from '../../command.ts'
import { findingsText } from '../../output/findings.ts'
import { alignColumns } from '../../output/table.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs.positional('repository', { type: 'string', demandOption: true, describe: 'Name of the repository' }).options({
    ...dataOption,
    limit: {
      type: 'number',
      requiresArg: true,
      coerce: positive('--limit'),
      describe: 'Tell so many of the newest only',
    },
  })
type Args = Awaited<ReturnType<typeof options>['argv']>

const columns = [
  { title: 'serial', isNumber: true },
  { title: 'published' },
  { title: 'files', isNumber: true },
  { title: 'size', isNumber: true },
  { title: 'added', isNumber: true },
  { title: 'removed', isNumber: true },
  { title: 'changed', isNumber: true },
  { title: 'packs', isNumber: true },
  { title: 'findings' },
  { title: 'names' },
]

export const originLog: Command<Args> = {
  usage: 'log <repository>',
  summary: 'List the snapshots of a repository, newest first, and what changed with each',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data, repository, limit }, context) {
    const { terminal, signal } = context
    const rows: string[][] = []
    const onEntry = (entry: LogEntry): void => {
      terminal.value(entry)
      rows.push(rowOf(entry))
    }
    await repositoryLog({ ...context, data, logger: commandLog(context) }, { repository, limit, signal, onEntry })
    for (const line of alignColumns(columns, rows)) terminal.line(line)
  },
}

function rowOf({ serial, created, files, bytes, packs, findings, channels, sameAs, changes }: LogEntry): string[] {
  const size = (count: { files: number; bytes: number } | undefined): string =>
    count === undefined ? '?' : count.files === 0 ? '-' : `${formatCount(count.files)}, ${formatBytes(count.bytes)}`
  return [
    String(serial),
    created,
    formatCount(files),
    formatBytes(bytes),
    size(changes?.added),
    size(changes?.removed),
    size(changes?.changed),
    String(packs),
    findingsText(findings),
    [...channels, ...(sameAs === null ? [] : [`(content of ${sameAs})`])].join(' '),
  ]
}
