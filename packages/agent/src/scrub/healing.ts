import type { Logger } from '@repocast/errors'
import type { InfoHash } from '@repocast/objects'
import type { Scrub } from '@repocast/store'
import { remakeObject } from '../filter/remake-object.ts'
import { sharePack, webSeedsOf } from '../follow/shared-packs.ts'
import type { Followed, OpenAgent } from '../open-agent.ts'
import { Healer } from './healer.ts'

/** The healer of an open agent. `followed` tells where else packs can be had than from peers; it may be empty. */
export function createHealer(
  { store, swarm }: OpenAgent,
  scrub: Scrub,
  followed: readonly Followed[],
  logger: Logger,
): Healer {
  const linkFor = (infoHash: InfoHash) => {
    const repositories = store.snapshots.repositoriesWith(infoHash)
    return followed.find(({ link }) => repositories.includes(link.repository))?.link
  }
  return new Healer({
    store,
    scrub,
    swarm,
    logger,
    async open(infoHash) {
      const storage = await store.openPack(infoHash)
      const link = linkFor(infoHash)
      const told = { webSeeds: link && webSeedsOf(link, infoHash), group: link?.repository }
      const shared = swarm.pack(infoHash) ?? sharePack(swarm, storage, told)
      return { storage, shared }
    },
    remake: async id => await remakeObject(store, id),
    async close(infoHash) {
      await swarm.pack(infoHash)?.remove()
      store.closePack(infoHash)
    },
  })
}
