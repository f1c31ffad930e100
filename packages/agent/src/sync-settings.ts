import { checkSettings } from '@repocast/daemon'
import Type, { type Static } from 'typebox'
import { AgentConfiguration } from './configuration.ts'
import { FilterConfiguration } from './filter/configuration.ts'

const { 'upload-limit': uploadLimit, 'download-limit': downloadLimit } = AgentConfiguration.properties
const { 'bind-address': bindAddress, site, peers } = AgentConfiguration.properties

/** Settings of `agent.yaml` that mean the same for `repocast agent sync`: those of a filter, and how others are met. */
export const SyncSettings = Type.Object(
  {
    ...FilterConfiguration.properties,
    'upload-limit': uploadLimit,
    'download-limit': downloadLimit,
    'bind-address': bindAddress,
    site,
    peers,
  },
  { additionalProperties: false },
)
export type SyncSettings = Static<typeof SyncSettings>

/** @throws RepocastError REPOCAST_CONFIGURATION_WRONG */
export function checkSyncSettings(settings: object): SyncSettings {
  return checkSettings(SyncSettings, settings, 'agent sync')
}
