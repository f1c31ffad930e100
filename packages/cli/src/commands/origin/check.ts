import { CheckFailed, checkAgainstLast, checkDirectory, type DirectoryVerdict } from '@repocast/origin'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'
import { countsOf, findingsText, showFindings } from '../../output/findings.ts'
import { createProgressView } from '../../output/progress.ts'
import { commandLog } from '../../program-log.ts'
import { allowedBy, allowOptions } from './allow.ts'

const options = (yargs: Argv) =>
  yargs.positional('tree', { type: 'string', demandOption: true, describe: 'Directory to check' }).options({
    kind: {
      choices: ['yum', 'deb', 'plain'] as const,
      describe: 'What it is to be; default: what it turns out to be',
    },
    keyring: { type: 'string', requiresArg: true, describe: 'File of OpenPGP keys, to verify signatures with' },
    ...allowOptions,
    repository: {
      type: 'string',
      requiresArg: true,
      implies: 'data',
      describe: 'Also compare with what was published last under this name; needs --data',
    },
    data: { ...dataOption.data, demandOption: false },
  })

type Args = Awaited<ReturnType<typeof options>['argv']>

export const originCheck: Command<Args> = {
  usage: 'check <tree>',
  summary: 'Check a yum or deb tree as a publish would; needs no data directory',
  options: options as (yargs: Argv) => Argv<Args>,
  examples: [
    ['$0 origin check /srv/debian --keyring /usr/share/keyrings/debian-archive-keyring.gpg', ''],
    ['$0 origin check /srv/debian --repository debian --data /var/lib/repocast', 'with the rules about updates'],
  ],
  async run({ tree, kind, keyring, repository, data, ...args }, context) {
    const { terminal, signal, clock } = context
    const view = createProgressView(terminal, () => performance.now() / 1000)
    const tell = (verdict: Omit<DirectoryVerdict, 'kind'> & { readonly kind?: string }): void => {
      view.stop()
      showFindings(terminal, verdict.groups)
      terminal.value({
        tree,
        kind: verdict.kind,
        findings: verdict.groups.map(({ code, severity, count }) => ({ code, severity, count })),
      })
      terminal.line(
        `${tree}${verdict.kind === undefined ? '' : ` (${verdict.kind})`}: findings: ${findingsText(countsOf(verdict.groups))}`,
      )
    }
    const check = {
      ...{ tree, kind, keyring, signal },
      allow: allowedBy(args),
      now: clock(),
      onFinding: (finding: object) => terminal.value({ finding }),
      ...(!terminal.isJson && {
        onProgress: ({ files, totalFiles }: { files: number; totalFiles: number }) =>
          view.show({ name: 'check', step: 'checking', done: files, total: totalFiles, unit: 'files' }),
      }),
    }
    try {
      tell(
        repository === undefined || data === undefined
          ? await checkDirectory(check)
          : await checkAgainstLast({ ...context, data, logger: commandLog(context) }, repository, check),
      )
    } catch (error) {
      if (error instanceof CheckFailed) tell(error)
      throw error
    } finally {
      view.stop()
    }
  },
}
