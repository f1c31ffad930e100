import { RepocastError } from '@repocast/errors'
import type { Channels } from '../channels/channels.ts'
import type { SubscriptionLink } from '../link/link.ts'

export interface ChosenSerial {
  /** 0 when there is none. */
  readonly serial: number
  /** Why there is none, unless it is only that nothing was published yet. */
  readonly why?: RepocastError
}

/**
 * Chooses the snapshot that a mirror is to have: the one that it holds at, else the one that its channel names, else
 * the newest. Pure.
 */
export function chooseSerial(
  { feedUrl, repository, channel }: SubscriptionLink,
  hold: number | undefined,
  published: ReadonlySet<number>,
  channels: Channels | undefined,
): ChosenSerial {
  const unknown = (what: string): ChosenSerial => ({
    serial: 0,
    why: new RepocastError('REPOCAST_SNAPSHOT_UNKNOWN', {
      message: `the feed ${feedUrl} has no snapshot ${what} of ${repository}`,
      hint: 'the origin may not keep it any more; what is served stays',
    }),
  })
  if (hold !== undefined) return published.has(hold) ? { serial: hold } : unknown(String(hold))
  if (channel === undefined) return { serial: Math.max(0, ...published) }
  const named = channels?.serials.get(channel)
  if (named !== undefined) return published.has(named) ? { serial: named } : unknown(`${named} (${channel})`)
  const known = [...(channels?.serials.keys() ?? [])].join(', ')
  return {
    serial: 0,
    why: new RepocastError('REPOCAST_CHANNEL_UNKNOWN', {
      message: `the feed ${feedUrl} has no channel ${channel} of ${repository}`,
      hint: known === '' ? 'its operator has made no channels yet' : `its channels are: ${known}`,
    }),
  }
}
