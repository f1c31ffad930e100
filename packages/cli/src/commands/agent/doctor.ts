import { type Diagnosis, examineAgent } from '@repocast/agent'
import type { Argv } from 'yargs'
import { type Command, type CommandContext, dataOption } from '../../command.ts'
import { commandLog } from '../../program-log.ts'

const options = (yargs: Argv) => yargs.options(dataOption)
type Args = Awaited<ReturnType<typeof options>['argv']>

const marks: Readonly<Record<Diagnosis['state'], string>> = { fine: 'ok     ', worse: 'worse  ', broken: 'BROKEN ' }

export const agentDoctor: Command<Args> = {
  usage: 'doctor',
  summary: 'Tell what is wrong with a mirror and how to mend it: ports, clock, disk, rights, feed, tracker, peers',
  options: options as (yargs: Argv) => Argv<Args>,
  async run({ data }, context) {
    await examine(data, context)
  },
}

/** Prints what the doctor finds. @throws RepocastError REPOCAST_AGENT_SICK */
export async function examine(data: string, context: CommandContext): Promise<void> {
  const { terminal, signal } = context
  const agent = { ...context, data, logger: commandLog(context), program: context.version }
  const failure = await examineAgent(agent, signal, diagnosis => {
    const { what, state, message, mend } = diagnosis
    terminal.value(diagnosis)
    terminal.line(`${marks[state]} ${what}: ${message}`)
    if (mend !== undefined) terminal.line(`        ${mend}`)
  })
  if (failure) throw failure
}
