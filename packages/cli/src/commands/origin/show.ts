import { countOf, formatBytes, formatCount } from '@repocast/daemon'
import { displayName, showSnapshot } from '@repocast/origin'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { countsOf, findingsText } from '../../output/findings.ts'
import { alignColumns } from '../../output/table.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs
    .positional('repository', { type: 'string', demandOption: true, describe: 'Name of the repository' })
    .positional('serial', { type: 'string', describe: 'Serial of the snapshot; default: the newest' })
    .options(dataOption)
type Args = Awaited<ReturnType<typeof options>['argv']>

export const originShow: Command<Args> = {
  usage: 'show <repository> [serial]',
  summary: 'Tell what a snapshot consists of, and what its check found',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data, repository, serial }, context) {
    const { terminal } = context
    const details = await showSnapshot({ ...context, data, logger: commandLog(context) }, repository, serial)
    terminal.value(details)
    const { record, channels } = details
    const { counts, packs, findings } = record
    terminal.line(`${record.repository} (${record.kind}), serial ${record.serial}`)
    const facts = [
      ['published', record.created],
      ...(channels.length > 0 ? [['channels', channels.join(', ')]] : []),
      [
        'content',
        `${countOf(counts.files, 'file')}, ${countOf(counts.links, 'link')}, ${countOf(counts.directories, 'directory', 'directories')}; ${formatBytes(record.bytes)}`,
      ],
      ['root tree', record.root.id],
    ]
    for (const line of alignColumns([{}, {}], facts)) terminal.line(`  ${line}`)
    terminal.line(`${countOf(packs.length, 'pack')}, ${formatBytes(packs.reduce((sum, { bytes }) => sum + bytes, 0))}`)
    const packRows = packs.map(({ infoHash, bytes, objects }) => [
      infoHash,
      formatBytes(bytes),
      countOf(objects, 'object'),
    ])
    const packColumns = [{}, { isNumber: true }, { isNumber: true }]
    for (const line of alignColumns(packColumns, packRows)) terminal.line(`  ${line}`)
    terminal.line(`findings: ${findingsText(countsOf(findings))}`)
    const findingRows = findings.map(({ severity, code, path, message, count }) => [
      severity,
      code,
      displayName(path),
      count > 1 ? `${message}; and ${formatCount(count - 1)} more` : message,
    ])
    for (const line of alignColumns([{}, {}, {}, {}], findingRows)) terminal.line(`  ${line}`)
  },
}
