import { parseChannelName } from '@repocast/feed'
import { parseRepositoryName } from '@repocast/objects'
import { parseSerial } from '../history/serial.ts'
import { type OriginOptions, withOrigin } from '../open-origin.ts'
import { promote, type RepositoryChannels } from './promote.ts'

export interface PromoteCommand {
  readonly repository: string
  readonly channel: string
  /** Serial to point at; undefined takes the channel away. */
  readonly serial: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly onWait?: () => void
}

/** `repocast origin promote`. @throws as `promote` and `withOrigin` */
export async function promoteSnapshot(options: OriginOptions, command: PromoteCommand): Promise<RepositoryChannels> {
  const repository = parseRepositoryName(command.repository)
  const channel = parseChannelName(command.channel)
  const serial = command.serial === undefined ? undefined : parseSerial(command.serial)
  const { signal, onWait } = command
  return await withOrigin(
    options,
    async origin => await promote({ repository, channel, serial, signal, onWait }, origin),
  )
}

/** `repocast origin channels`. @throws RepocastError REPOCAST_REPOSITORY_BAD_NAME and what `withOrigin` throws */
export async function listChannels(options: OriginOptions, name: string): Promise<RepositoryChannels> {
  const repository = parseRepositoryName(name)
  return await withOrigin(options, async ({ feed }) => {
    const { revision, serials } = await feed.channels(repository)
    return { repository, revision, channels: Object.fromEntries(serials) }
  })
}
