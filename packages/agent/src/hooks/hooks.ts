import { type ErrorCode, type Logger, RepocastError } from '@repocast/errors'
import type { RepositoryName } from '@repocast/objects'
import { runCommand } from './run-command.ts'
import type { HookName, HookSettings } from './settings.ts'

export interface HooksOptions {
  readonly repository: RepositoryName
  readonly servedPath: string
  readonly settings: HookSettings
  /** What hooks are given besides what they are told. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: () => Date
  readonly logger: Logger
}

/** What a hook is told, each as an environment variable. */
export interface HookVariables {
  readonly serial?: number | undefined
  readonly previousSerial?: number | undefined
  /** Directory of what is to be served. */
  readonly nextPath?: string
  /** What is to be fetched. */
  readonly bytes?: number
  readonly errorCode?: string
  readonly errorMessage?: string
}

interface Veto {
  readonly serial: number
  readonly error: RepocastError
  readonly waitSeconds: number
  /** Milliseconds since 1970. */
  readonly retryAt: number
}

/** After so many seconds a hook that has vetoed is asked again, and then after twice as many each time. */
const vetoSeconds = { first: 5, most: 3600 }

const codes: Readonly<Partial<Record<HookName, ErrorCode>>> = {
  'pre-swap': 'REPOCAST_SWAP_VETOED',
  'on-transfer': 'REPOCAST_TRANSFER_VETOED',
}

/** Runs the admin's commands for one repository. A hook that is not configured is no hindrance. */
export class Hooks {
  readonly #with: HooksOptions
  readonly #vetoes = new Map<HookName, Veto>()
  /** The snapshot of whose transfer on-transfer was told. */
  #announced: number | undefined
  #failures = 0

  constructor(options: HooksOptions) {
    this.#with = options
  }

  /** Runs since the start that did not end with exit code 0. */
  get failures(): number {
    return this.#failures
  }

  /** Once for each snapshot. @throws RepocastError REPOCAST_TRANSFER_VETOED, if the configuration lets it; the reason of `signal` */
  async beforeTransfer(serial: number, bytes: number, previousSerial: number | undefined, signal: AbortSignal) {
    const { transferAboveBytes, isTransferVetoed } = this.#with.settings
    if (bytes <= transferAboveBytes || this.#announced === serial) return
    const variables = { serial, previousSerial, bytes }
    if (isTransferVetoed) await this.#ask('on-transfer', serial, variables, signal)
    else await this.#run('on-transfer', variables, signal)
    this.#announced = serial
  }

  /** @throws RepocastError REPOCAST_SWAP_VETOED; the reason of `signal` */
  async beforeSwap(serial: number, nextPath: string, previousSerial: number | undefined, signal: AbortSignal) {
    await this.#ask('pre-swap', serial, { serial, previousSerial, nextPath }, signal)
  }

  /** @throws the reason of `signal` */
  async afterSwap(serial: number, previousSerial: number | undefined, signal: AbortSignal): Promise<void> {
    await this.#run('post-swap', { serial, previousSerial }, signal)
  }

  /** @throws the reason of `signal` */
  async onError(variables: HookVariables, signal: AbortSignal): Promise<void> {
    await this.#run('on-error', variables, signal)
  }

  /** What has vetoed is not asked again at once, but refuses with the same error. */
  async #ask(hook: HookName, serial: number, variables: HookVariables, signal: AbortSignal): Promise<void> {
    const { clock, repository } = this.#with
    const last = this.#vetoes.get(hook)
    const veto = last?.serial === serial ? last : undefined
    if (veto && clock().getTime() < veto.retryAt) throw veto.error
    const why = await this.#run(hook, variables, signal)
    this.#vetoes.delete(hook)
    if (why === undefined) return
    const waitSeconds = veto ? Math.min(2 * veto.waitSeconds, vetoSeconds.most) : vetoSeconds.first
    const error = new RepocastError(codes[hook] ?? 'REPOCAST_SWAP_VETOED', {
      message: `the hook ${hook} vetoes serial ${serial} of ${repository}: ${why}`,
      hint: 'what it printed is in the log; it is asked again later, for the next snapshot, and after a reload',
    })
    this.#vetoes.set(hook, { serial, error, waitSeconds, retryAt: clock().getTime() + waitSeconds * 1000 })
    throw error
  }

  /** @returns why it was no success */
  async #run(hook: HookName, variables: HookVariables, signal: AbortSignal): Promise<string | undefined> {
    const { repository, servedPath, settings, environment, logger, clock } = this.#with
    const command = settings.commands[hook]
    if (command === undefined) return undefined
    const started = clock().getTime()
    const why = await runCommand({
      command,
      environment: hookEnvironment(environment, { hook, repository, servedPath, ...variables }),
      timeLimitSeconds: settings.timeLimitSeconds,
      onOutput: output => logger.info({ repository, hook, output }, 'a hook prints'),
      signal,
    })
    const fields = { repository, hook, serial: variables.serial, seconds: (clock().getTime() - started) / 1000 }
    if (why === undefined) logger.info(fields, 'a hook was run')
    else {
      this.#failures += 1
      logger.warn({ ...fields, why }, 'a hook was no success')
    }
    return why
  }
}

/** The environment of a hook; what it is not told is empty. Pure. */
export function hookEnvironment(
  { NOTIFY_SOCKET: _, ...environment }: Readonly<Record<string, string | undefined>>,
  told: HookVariables & { readonly hook: HookName; readonly repository: string; readonly servedPath: string },
): Record<string, string | undefined> {
  const text = (value: string | number | undefined): string => String(value ?? '').replaceAll('\0', '')
  return {
    ...environment,
    REPOCAST_HOOK: told.hook,
    REPOCAST_REPOSITORY: told.repository,
    REPOCAST_SERIAL: text(told.serial),
    REPOCAST_PREVIOUS_SERIAL: text(told.previousSerial),
    REPOCAST_SERVED_PATH: text(told.servedPath),
    REPOCAST_NEXT_PATH: text(told.nextPath),
    REPOCAST_BYTES: text(told.bytes),
    REPOCAST_ERROR_CODE: text(told.errorCode),
    REPOCAST_ERROR_MESSAGE: text(told.errorMessage),
  }
}
