import {
  type AgentSettings,
  type LabAgent,
  type LabOrigin,
  type OriginSettings,
  startAgent,
  startOrigin,
} from './deployment.ts'
import type { Lab } from './lab.ts'
import { type PlainTreeOptions, plainTree } from './tree/plain-tree.ts'

/** A made tree that an origin has published as `tree`. */
export interface PublishedTree {
  readonly source: string
  readonly origin: LabOrigin
  readonly link: string
}

export async function publishedTree(
  lab: Lab,
  made: PlainTreeOptions,
  settings: OriginSettings = {},
): Promise<PublishedTree> {
  const source = lab.newDirectory('source')
  await plainTree(source, made)
  const origin = await startOrigin(lab, settings)
  await origin.publish('tree', source)
  return { source, origin, link: await origin.link('tree') }
}

/** A made tree on a mirror that serves it. */
export async function mirroredTree(
  lab: Lab,
  made: PlainTreeOptions,
  settings: AgentSettings = {},
): Promise<PublishedTree & { readonly agent: LabAgent }> {
  const published = await publishedTree(lab, made)
  const agent = await startAgent(lab, { tree: published.link }, settings)
  await agent.waitForSerial('tree', 1)
  return { ...published, agent }
}
