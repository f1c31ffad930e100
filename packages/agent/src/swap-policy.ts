import { parseDuration } from '@repocast/daemon'
import type { AgentConfiguration } from './configuration.ts'
import { type HookSettings, hookSettings, noHooks } from './hooks/settings.ts'
import type { WebhooksConfiguration } from './hooks/swap-webhooks.ts'
import { type DelayPolicy, noDelay } from './rollout/due-time.ts'
import { noTrace, type TraceSettings } from './trace/trace-file.ts'

/** What happens around the swaps of a repository. */
export interface SwapPolicy {
  readonly hooks: HookSettings
  readonly delay: DelayPolicy
  readonly trace: TraceSettings
  readonly webhooks: WebhooksConfiguration
  /** What the mirror is called, and where users find it. */
  readonly mirror: { readonly name: string; readonly publicUrl?: string | undefined }
}

/** For who fetches once, and looks at it. */
export const plainSwaps: SwapPolicy = {
  hooks: noHooks,
  delay: noDelay,
  trace: noTrace,
  webhooks: [],
  mirror: { name: '' },
}

/** What the configuration says for one of its repositories. @throws RepocastError REPOCAST_QUANTITY_MALFORMED */
export function swapPolicy(all: AgentConfiguration, one: AgentConfiguration['repositories'][number]): SwapPolicy {
  return {
    hooks: hookSettings(all.hooks, one.hooks),
    delay: {
      delaySeconds: parseDuration(one['swap-delay'] ?? all['swap-delay']),
      jitterSeconds: parseDuration(one['swap-jitter'] ?? all['swap-jitter']),
      mirror: all.name,
    },
    trace: { choice: one.trace ?? all.trace, host: all['trace-host'], fields: all['trace-fields'] },
    webhooks: all.webhooks,
    mirror: { name: all.name, publicUrl: all['public-url'] },
  }
}
