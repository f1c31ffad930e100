import { initOrigin } from '@repocast/origin'
import type { Argv } from 'yargs'
import { type Command, dataOption } from '../../command.ts'

const options = (yargs: Argv) =>
  yargs.options({
    ...dataOption,
    url: {
      type: 'string',
      demandOption: true,
      requiresArg: true,
      describe: 'Address under which mirrors reach this origin',
    },
    listen: {
      type: 'string',
      requiresArg: true,
      describe: 'Address and port for HTTP; default: all addresses, the port of --url',
    },
    'peer-port': { type: 'number', requiresArg: true, describe: 'TCP port for BitTorrent peers (default 6881)' },
  })

type Args = Awaited<ReturnType<typeof options>['argv']>

export const originInit: Command<Args> = {
  usage: 'init',
  summary: 'Make a new origin: keys, the first feed, the catalog and origin.yaml',
  options: options as (yargs: Argv) => Argv<Args>,
  examples: [['$0 origin init --data /var/lib/repocast --url http://origin.example.org:8080', '']],
  async run({ data, url, listen, 'peer-port': peerPort }, { terminal, clock }) {
    const values = {
      url,
      listen: listen ?? `0.0.0.0:${portOf(url)}`,
      ...(peerPort !== undefined && { 'peer-port': peerPort }),
    }
    const layout = await initOrigin({ data, values, clock })
    terminal.line(`made an origin in ${layout.directory}`)
    terminal.line(`  ${layout.configuration}  explains every setting`)
    terminal.line(`  ${layout.keys}/  keep a copy of it elsewhere; root.pem may be kept offline`)
    terminal.line(`next: repocast origin run --data ${layout.directory}`)
    terminal.line(`      repocast origin publish REPOSITORY TREE --data ${layout.directory}`)
    terminal.value({ data: layout.directory, configuration: layout.configuration, keys: layout.keys })
  },
}

function portOf(url: string): number {
  if (!URL.canParse(url)) return 8080
  const { port, protocol } = new URL(url)
  return port === '' ? (protocol === 'https:' ? 8080 : 80) : Number(port)
}
