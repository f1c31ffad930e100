import type { ErrorCode } from '@repocast/errors'
import type { PublishProgress, PublishResult } from '../publish/publish.ts'

/** What a publishing process tells the daemon, which started it. */
export type PublishMessage =
  | { readonly type: 'step'; readonly step: PublishProgress['step'] }
  | { readonly type: 'log'; readonly level: LogLevel; readonly fields: object; readonly message: string }
  | { readonly type: 'done'; readonly published: boolean; readonly serial: PublishResult['serial'] }
  | { readonly type: 'failed'; readonly error: PublishFailure }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface PublishFailure {
  readonly code: ErrorCode
  readonly message: string
  readonly hint?: string | undefined
}
