import { readAgentStatus } from '@repocast/agent'
import type { LimitStatus } from '@repocast/api'
import { formatBytes } from '@repocast/daemon'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'

const options = (yargs: Argv) => yargs.options(dataOption)
type Args = Awaited<ReturnType<typeof options>['argv']>

export const agentStatusCommand: Command<Args> = {
  usage: 'status',
  summary: 'Tell what the running agent serves, and how far it is',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data }, { terminal, environment, signal }) {
    const status = await readAgentStatus(data, environment, signal)
    terminal.value(status)
    terminal.line(
      `${status.name}: ${status.peers} peers, ${formatBytes(status.downloadedBytes)} taken, ${formatBytes(status.uploadedBytes)} given`,
    )
    for (const {
      name,
      state,
      serial,
      newestSerial,
      channel,
      hold,
      bytesDone,
      bytesWanted,
      swapDue,
      error,
    } of status.repositories) {
      const aim = hold === undefined ? `${channel ?? 'newest'} ${newestSerial ?? 'unknown'}` : `held at ${hold}`
      const progress = state === 'fetching' ? `, ${formatBytes(bytesDone)} of ${formatBytes(bytesWanted)}` : ''
      const due = swapDue === undefined ? '' : ` until ${swapDue}`
      terminal.line(`  ${name}: serves ${serial ?? 'nothing'}, ${aim}, ${state}${progress}${due}`)
      if (error) terminal.line(`    ${error.code}: ${error.message}`)
    }
    for (const line of limitLines(status.limits)) terminal.line(`  ${line}`)
    const { scrub } = status
    if (scrub === undefined) return
    const round = scrub.isRunning
      ? `looks at all files, ${Math.floor(100 * scrub.done)} %`
      : `last ${scrub.finished ?? 'never'}`
    terminal.line(
      `  scrub: ${round}; ${scrub.found} damages found ever, ${scrub.healed} healed, ${scrub.lost} under way`,
    )
  },
}

/** Limits that hold now, or will by the schedule: a line for all, and one for each repository that has its own. */
function limitLines(limits: LimitStatus | undefined): string[] {
  if (limits === undefined) return []
  const scopes = [{ ...limits, name: 'all' }, ...limits.repositories]
  return scopes.flatMap(({ name, uploadRate, downloadRate, until }) => {
    if (uploadRate === null && downloadRate === null && until === null) return []
    const rate = (bytes: number | null) => (bytes === null ? 'without limit' : `at most ${formatBytes(bytes)}/s`)
    const end = until === null ? '' : `, until ${until}`
    return [`limits of ${name}: gives ${rate(uploadRate)}, takes ${rate(downloadRate)}${end}`]
  })
}
