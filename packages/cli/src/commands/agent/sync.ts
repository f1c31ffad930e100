import { hostname } from 'node:os'
import { syncOnce } from '@repocast/agent'
import { formatBytes, formatDuration } from '@repocast/daemon'
import type { Argv } from 'yargs'
import { type Command, dataOption, positive } from '../../command.ts'
import { duration } from '../../duration-option.ts'
import { showAgentProgress } from '../../output/agent-progress.ts'
import { filterText } from '../../output/agent-status.ts'
import { createProgressView } from '../../output/progress.ts'
import { commandLog } from '../../program-log.ts'
import { settingsOf, syncSettingOptions } from './sync-settings.ts'

const options = (yargs: Argv) =>
  yargs
    .positional('link', { type: 'string', demandOption: true, describe: 'Subscription link' })
    .positional('directory', { type: 'string', demandOption: true, describe: 'What becomes a link to the snapshot' })
    .options({
      ...dataOption,
      serial: {
        type: 'number',
        requiresArg: true,
        coerce: positive('--serial'),
        describe: 'Fetch this snapshot; default: what the link names',
      },
      check: {
        type: 'boolean',
        default: true,
        describe: 'Serve it only if clients can use it: metadata parses, and all that it names is there',
      },
      'seed-for': {
        type: 'string',
        default: '0s',
        requiresArg: true,
        coerce: duration('--seed-for'),
        describe: 'Give to others for so long before it ends',
      },
      'peer-port': { type: 'number', default: 0, requiresArg: true, describe: 'TCP port for peers; 0: any free one' },
      name: {
        type: 'string',
        default: hostname(),
        defaultDescription: 'the host name',
        describe: 'What the origin calls this mirror',
      },
      ...syncSettingOptions,
    })
type Args = Awaited<ReturnType<typeof options>['argv']>

export const agentSync: Command<Args> = {
  usage: 'sync <link> <directory>',
  summary: 'Fetch the newest snapshot, or the one that a channel names, once, serve it as a directory, and end',
  options: options as (yargs: Argv) => Argv<Args>,
  examples: [
    ["$0 agent sync 'repocast+http://…' /srv/mirror/debian --data /var/lib/repocast --seed-for 10m", ''],
    ["$0 agent sync 'repocast+http://…' /srv/mirror/debian --data DIR --architectures amd64 --no-sources", ''],
  ],
  async run(args, context) {
    const {
      link,
      directory,
      data,
      serial: wanted,
      check,
      'seed-for': seedForSeconds,
      'peer-port': peerPort,
      name,
    } = args
    const { terminal, signal } = context
    const view = createProgressView(terminal, () => performance.now() / 1000)
    let stop = (): void => {}
    try {
      await syncOnce(
        { ...context, data, logger: commandLog(context), program: context.version },
        {
          link,
          directory,
          serial: wanted,
          check,
          name,
          peerPort,
          seedForSeconds,
          settings: settingsOf(args),
          signal,
          onStart: status => {
            stop = showAgentProgress(view, status)
          },
          onServed: ({ record, swapped }, status) => {
            stop()
            const { downloadedBytes, fromMirrorsBytes, fromOriginBytes, fromWebSeedBytes } = status
            const { repository, serial } = record
            const filter = status.repositories.find(one => one.name === repository)?.filter
            terminal.value({
              repository,
              serial,
              swapped,
              directory,
              downloadedBytes,
              fromMirrorsBytes,
              fromOriginBytes,
              fromWebSeedBytes,
              filter,
            })
            const what = swapped ? 'now serves' : 'serves already'
            terminal.line(
              `${directory} ${what} ${repository} serial ${serial}; ${formatBytes(downloadedBytes)} received`,
            )
            if (filter) terminal.line(filterText(filter))
            if (seedForSeconds > 0) terminal.line(`giving to others for ${formatDuration(seedForSeconds)}`)
          },
        },
      )
    } finally {
      stop()
    }
  },
}
