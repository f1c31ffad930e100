import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { checkSettings } from '@repocast/daemon'
import { RepocastError } from '@repocast/errors'
import { parseLink } from '@repocast/feed'
import { isThere, onDisk, writeFileDurably } from '@repocast/files'
import { AgentConfiguration, sampleAgentConfiguration } from './configuration.ts'
import { AgentLayout } from './layout.ts'

/**
 * `repocast agent init`: writes a commented configuration that follows one repository.
 * @returns its path
 * @throws RepocastError REPOCAST_LINK_MALFORMED, REPOCAST_CONFIGURATION_WRONG, REPOCAST_CONFIGURATION_EXISTS, REPOCAST_DISK_FULL,
 *   REPOCAST_DISK_REFUSED
 */
export async function initAgent({
  data,
  link,
  servedPath,
  values = {},
}: {
  readonly data: string
  readonly link: string
  readonly servedPath: string
  /** Other settings than the defaults. */
  readonly values?: Partial<AgentConfiguration>
}): Promise<string> {
  parseLink(link)
  checkSettings(AgentConfiguration, values, 'the options')
  const { configuration } = new AgentLayout(data)
  if (isThere(configuration)) {
    throw new RepocastError('REPOCAST_CONFIGURATION_EXISTS', {
      message: `${configuration} exists already`,
      hint: 'add the link and its path to `repositories` in it; a running agent reads it again by SIGHUP',
    })
  }
  await onDisk('make', data, async () => await mkdir(data, { recursive: true }))
  const repositories = [{ link: link.trim(), path: resolve(servedPath) }]
  await writeFileDurably(configuration, sampleAgentConfiguration({ ...values, repositories }))
  return configuration
}
