import type { LimitStatus } from '@repocast/api'
import type { LimitKeeper } from './limit-keeper.ts'
import type { LimitsNow } from './limit-plan.ts'

/** The limits as status and page tell them. */
export function limitStatus(keeper: LimitKeeper): LimitStatus {
  const { total, repositories } = keeper.now()
  return { ...told(total), repositories: [...repositories].map(([name, limits]) => ({ name, ...told(limits) })) }
}

function told({ uploadRate, downloadRate, until }: LimitsNow) {
  const rate = (bytesPerSecond: number) => (bytesPerSecond === 0 ? null : Math.round(bytesPerSecond))
  return { uploadRate: rate(uploadRate), downloadRate: rate(downloadRate), until: until?.toISOString() ?? null }
}
