import { adoptDirectory } from '@repocast/agent'
import { countOf, formatBytes, formatCount } from '@repocast/daemon'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { createProgressView } from '../../output/progress.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) =>
  yargs
    .positional('directory', { type: 'string', demandOption: true, describe: 'Where the files of the old mirror lie' })
    .positional('link', {
      type: 'string',
      demandOption: true,
      describe: 'Subscription link, or the name of a repository in agent.yaml',
    })
    .options({
      ...dataOption,
      serve: {
        type: 'string',
        requiresArg: true,
        describe: 'What becomes a link to the snapshot; by default the path in agent.yaml',
      },
      replace: {
        type: 'boolean',
        default: false,
        describe: 'Move the directory aside when all is there, and put the link in its place',
      },
      'peer-port': { type: 'number', default: 0, requiresArg: true, describe: 'TCP port for peers; 0: any free one' },
    })
type Args = Awaited<ReturnType<typeof options>['argv']>

export const agentAdopt: Command<Args> = {
  usage: 'adopt <directory> <link>',
  summary: 'Begin with the files of a mirror made by rsync or the like: only what differs is fetched',
  options: options as (yargs: Argv) => Argv<Args>,
  examples: [["$0 agent adopt /srv/mirror/debian 'repocast+http://…' --replace --data /srv/repocast", '']],
  async run({ directory, link, data, serve, replace, 'peer-port': peerPort }, context) {
    const { terminal, signal } = context
    const view = createProgressView(terminal, () => performance.now() / 1000)
    const result = await adoptDirectory(
      { ...context, data, logger: commandLog(context), program: context.version },
      {
        directory,
        linkOrRepository: link,
        servedPath: serve,
        isReplacing: replace,
        peerPort,
        signal,
        onProgress: progress => view.show({ name: 'adopt', ...progress }),
      },
    ).finally(() => view.stop())
    terminal.value(result)
    const { files, bytes, linked, copied, bytesKept, repository, serial, servedPath, movedTo, downloadedBytes } = result
    terminal.line(
      `looked at ${countOf(files, 'file')} with ${formatBytes(bytes)}; ${formatBytes(bytesKept)} are of use: ${countOf(linked, 'file')} linked, ${formatCount(copied)} copied`,
    )
    terminal.line(`${servedPath} serves ${repository} serial ${serial}; ${formatBytes(downloadedBytes)} received`)
    if (movedTo !== undefined) terminal.line(`the old directory is ${movedTo} now; remove it when you do not need it`)
  },
}
