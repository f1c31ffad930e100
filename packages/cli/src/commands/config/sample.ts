import { sampleAgentConfiguration } from '@repocast/agent'
import { sampleOriginConfiguration } from '@repocast/origin'
import { sampleTrackerConfiguration } from '@repocast/tracker'
import type { Argv } from 'yargs'
import type { Command } from '../../command.ts'

const options = (yargs: Argv) =>
  yargs.positional('program', {
    choices: ['origin', 'agent', 'tracker'] as const,
    demandOption: true,
    describe: 'Whose configuration',
  })
const samples = {
  origin: () => sampleOriginConfiguration({ url: 'http://origin.example.org:8080' }),
  agent: () => sampleAgentConfiguration(),
  tracker: () => sampleTrackerConfiguration(),
}
type Args = Awaited<ReturnType<typeof options>['argv']>

export const configSample: Command<Args> = {
  usage: 'sample <program>',
  summary: 'Print a configuration file that explains every setting',
  options: options as (yargs: Argv) => Argv<Args>,
  examples: [['$0 config sample agent > /var/lib/repocast/agent.yaml', '']],
  async run({ program }) {
    process.stdout.write(samples[program]())
  },
}
