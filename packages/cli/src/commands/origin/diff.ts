import { formatBytes, formatCount } from '@repocast/daemon'
import { diffPublished, displayName, type SnapshotChange, type SnapshotDifference } from '@repocast/origin'
import type { Argv } from 'yargs'
import { type Command, dataOption, positive } from '../../command.ts'
import { alignColumns } from '../../output/table.ts'
import type { Terminal } from '../../output/terminal.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs
    .positional('repository', { type: 'string', demandOption: true, describe: 'Name of the repository' })
    .positional('a', { type: 'string', describe: 'Serial; default: the one before B' })
    .positional('b', { type: 'string', describe: 'Serial; default: the newest' })
    .options({
      ...dataOption,
      limit: {
        type: 'number',
        requiresArg: true,
        coerce: positive('--limit'),
        describe: 'Tell so many packages of a place, and so many files, then only how many more there are',
      },
    })
type Args = Awaited<ReturnType<typeof options>['argv']>

export const originDiff: Command<Args> = {
  usage: 'diff <repository> [a] [b]',
  summary: 'Tell which packages and files differ between two snapshots',
  options: options as (yargs: Argv) => Argv<Args>,
  examples: [
    ['$0 origin diff debian --data /var/lib/repocast', 'the newest against the one before'],
    ['$0 origin diff debian 7 --data /var/lib/repocast', 'the newest against serial 7'],
  ],
  async run({ data, repository, a, b, limit }, context) {
    const { terminal, signal } = context
    const view = new DifferenceView(terminal, limit ?? Number.POSITIVE_INFINITY)
    const difference = await diffPublished(
      { ...context, data, logger: commandLog(context) },
      {
        repository,
        before: a,
        after: b,
        signal,
        onStart: (before, after) =>
          terminal.line(
            `${repository}: serial ${before.serial} of ${before.created} -> serial ${after.serial} of ${after.created}`,
          ),
        onChange: change => {
          terminal.value(change)
          if (!terminal.isJson) view.add(change)
        },
      },
    )
    view.end()
    terminal.value({ type: 'summary', ...difference })
    for (const line of summaryLines(difference)) terminal.line(line)
  },
}

type PackageChange = Extract<SnapshotChange, { type: 'package' }>
type FileChange = Extract<SnapshotChange, { type: 'file' }>

/** Prints changes as they come: packages of a place together, so that their columns can be aligned. */
class DifferenceView {
  readonly #terminal: Terminal
  readonly #limit: number
  #place: string | undefined
  #packages: PackageChange[] = []
  #placePackages = 0
  #files = 0

  constructor(terminal: Terminal, limit: number) {
    this.#terminal = terminal
    this.#limit = limit
  }

  add(change: SnapshotChange): void {
    if (change.type === 'package') this.#addPackage(change)
    else this.#addFile(change)
  }

  end(): void {
    this.#endPlace()
    this.#tellMore(this.#files)
    this.#files = 0
  }

  #addPackage(change: PackageChange): void {
    if (change.place !== this.#place) this.#endPlace()
    this.#place = change.place
    this.#placePackages += 1
    if (this.#placePackages <= this.#limit) this.#packages.push(change)
  }

  #endPlace(): void {
    if (this.#place === undefined) return
    this.#terminal.line(`packages in ${this.#place || 'the top directory'}`)
    const rows = this.#packages.map(({ change, name, architecture, from, to }) => [
      change,
      ...[name, architecture, from ?? '', from !== undefined && to !== undefined ? '->' : '', to ?? ''].map(
        displayName,
      ),
    ])
    for (const line of alignColumns([{}, {}, {}, {}, {}, {}], rows)) this.#terminal.line(`  ${line}`)
    this.#tellMore(this.#placePackages)
    this.#place = undefined
    this.#packages = []
    this.#placePackages = 0
  }

  #addFile({ change, path, kind, bytesBefore, bytesAfter }: FileChange): void {
    this.#endPlace()
    if (this.#files === 0) this.#terminal.line('files')
    this.#files += 1
    if (this.#files > this.#limit) return
    const bytes = kind === 'link' ? 'link' : formatBytes(bytesAfter ?? bytesBefore ?? 0)
    this.#terminal.line(`  ${change.padEnd(7)}  ${bytes.padStart(9)}  ${displayName(path)}`)
  }

  #tellMore(count: number): void {
    if (count > this.#limit) this.#terminal.line(`  and ${formatCount(count - this.#limit)} more`)
  }
}

function summaryLines({ files, packages, packagesUnknown }: SnapshotDifference): string[] {
  const lines: string[] = []
  if (packages) {
    const told = Object.entries(packages).filter(([, count]) => count > 0)
    const text = told.map(([change, count]) => `${formatCount(count)} ${change}`).join(', ')
    lines.push(`packages: ${text || 'the same'}`)
  }
  if (packagesUnknown !== null) lines.push(`packages: not compared, ${packagesUnknown}`)
  const told = Object.entries(files).filter(([, count]) => count.files > 0)
  const text = told.map(([change, count]) => `${formatCount(count.files)} ${change} (${formatBytes(count.bytes)})`)
  lines.push(`files: ${text.join(', ') || 'the same'}`)
  return lines
}
