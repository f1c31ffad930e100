import { setTimeout as sleep } from 'node:timers/promises'
import { readAgentStatus } from '@repocast/agent'
import type { AgentStatus } from '@repocast/api'
import { parseDuration } from '@repocast/daemon'
import { describeError, isRepocastError } from '@repocast/errors'
import type { Argv } from 'yargs'
import { type Command, type CommandContext, dataOption } from '../../command.ts'
import { agentStatusLines } from '../../output/agent-status.ts'
import { checkAgent, performanceData } from '../../output/check-agent.ts'
import { LiveView } from '../../output/live-view.ts'
import { type MonitoringState, monitoringExitCodes } from '../../output/monitoring.ts'

const options = (yargs: Argv) =>
  yargs
    .options({
      ...dataOption,
      watch: { type: 'boolean', describe: 'Go on until Ctrl-C: drawn anew each second' },
      check: {
        type: 'boolean',
        describe: 'One line and exit code for monitoring: 0 ok, 1 warning, 2 critical, 3 unknown',
      },
      'max-lag': {
        type: 'string',
        default: '2h',
        requiresArg: true,
        describe: 'With --check: critical when a repository is behind, or its feed silent, for longer',
      },
    })
    .conflicts('watch', 'check')
type Args = Awaited<ReturnType<typeof options>['argv']>

const everyMs = 1000

export const agentStatusCommand: Command<Args> = {
  usage: 'status',
  summary: 'Tell what the running agent serves, and how far it is',
  options: options as (yargs: Argv) => Argv<Args>,
  examples: [
    ['$0 agent status --data /var/lib/repocast --watch', 'Look on'],
    ['$0 agent status --data /var/lib/repocast --check --max-lag 6h', 'For Nagios and the like'],
  ],
  async run({ data, watch: isWatching, check: isChecking, 'max-lag': maxLag }, context) {
    if (isChecking) await check(data, maxLag, context)
    else if (isWatching) await watch(data, context)
    else {
      const status = await read(data, context)
      context.terminal.value(status)
      for (const line of agentStatusLines(status)) context.terminal.line(line)
    }
  },
}

async function read(data: string, { environment, signal }: CommandContext): Promise<AgentStatus> {
  return await readAgentStatus(data, environment, signal)
}

/** An agent that is started again is found again. Off a terminal only what has changed is printed. */
async function watch(data: string, context: CommandContext): Promise<void> {
  const { terminal, signal } = context
  const view = terminal.screen && new LiveView(terminal.screen)
  let last = ''
  try {
    while (!signal.aborted) {
      const seen = await look(data, context)
      if (signal.aborted) break
      if (view) view.show([...seen.lines, '', 'Ctrl-C ends this'])
      else if (seen.text !== last) {
        terminal.value(seen.value)
        for (const line of seen.lines) terminal.line(line)
      }
      last = seen.text
      await sleep(everyMs, undefined, { signal }).catch(() => {})
    }
  } finally {
    view?.stop()
  }
}

interface Seen {
  readonly lines: readonly string[]
  /** As JSON. */
  readonly value: unknown
  /** What is compared. */
  readonly text: string
}

/** @throws what `readAgentStatus` throws, but that no agent answers */
async function look(data: string, context: CommandContext): Promise<Seen> {
  try {
    const status = await read(data, context)
    return { lines: agentStatusLines(status), value: status, text: JSON.stringify({ ...status, time: '' }) }
  } catch (error) {
    if (!isRepocastError(error, 'REPOCAST_AGENT_NOT_RUNNING')) throw error
    const { code, message } = error
    return { lines: [message], value: { error: { code, message } }, text: message }
  }
}

/** As plugins for Nagios do: one line, and an exit code of theirs. */
async function check(data: string, maxLag: string, context: CommandContext): Promise<void> {
  const { terminal } = context
  const tell = (state: MonitoringState, messages: readonly string[], numbers: string): void => {
    terminal.value({ state, messages })
    // A bar begins the numbers.
    const text = messages.join('; ').replaceAll('|', '/')
    terminal.line(`REPOCAST ${state.toUpperCase()} - ${text}${numbers === '' ? '' : ` | ${numbers}`}`)
    context.setExitCode(monitoringExitCodes[state])
  }
  try {
    const maxLagSeconds = parseDuration(maxLag)
    const status = await read(data, context)
    const { state, messages } = checkAgent(status, maxLagSeconds)
    tell(state, messages, performanceData(status, maxLagSeconds))
  } catch (error) {
    const isDown = isRepocastError(error, 'REPOCAST_AGENT_NOT_RUNNING')
    tell(isDown ? 'critical' : 'unknown', [describeError(error).replaceAll('\n', ' ')], '')
  }
}
