import { createHash } from 'node:crypto'
import type { EventStream, FastifyInstance, FastifyReply, FastifyRequest } from '@repocast/daemon'
import { type Follower, peerPortHeader } from '@repocast/feed'
import { type InfoHash, parseInfoHash } from '@repocast/objects'
import type { Store } from '@repocast/store'

/** A repository whose feed may be given on. */
export interface RelayedMirror {
  readonly repository: string
  readonly follower: Pick<Follower, 'relay' | 'packOf' | 'fetchTorrent'>
}

export interface RelaySources {
  readonly mirrors: () => readonly RelayedMirror[]
  readonly store: { readonly packs: Pick<Store['packs'], 'has' | 'torrent'> }
  /** Where this agent is a peer. */
  readonly peerPort: number
  /** Tells of what is published, as the origin does. */
  readonly events: EventStream
  /** Answers what is not of a relay: it may be a file of a repository that is itself called `feed`. */
  readonly otherwise: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>
}

const unchanging = 'max-age=31536000, immutable'

/**
 * The feeds of mirrored repositories as further mirrors may follow them: `/feed/NAME/` has what the origin has under
 * `/feed/`, and beside it are events and .torrent files, as beside the origin's feed.
 */
export function addRelayRoutes(server: FastifyInstance, sources: RelaySources): void {
  const { mirrors, store, peerPort, events, otherwise } = sources
  const torrentOf = async (infoHash: InfoHash): Promise<Buffer | undefined> => {
    if (!mirrors().some(({ follower }) => follower.relay)) return undefined
    if (store.packs.has(infoHash)) return await store.packs.torrent(infoHash)
    for (const { follower } of mirrors()) {
      // what this agent does not want itself, such as while it is held at an older snapshot
      const reference = follower.relay && follower.packOf(infoHash)
      if (reference) return await follower.fetchTorrent(reference)
    }
    return undefined
  }
  const answer = async (request: FastifyRequest, reply: FastifyReply, repository: string, name: string) => {
    const mirror = mirrors().find(one => one.repository === repository)
    const bytes = await mirror?.follower.relay?.file(name)
    if (bytes === undefined) return await otherwise(request, reply)
    reply.header(peerPortHeader, peerPort)
    return await sendFile(request, reply, name, bytes)
  }
  server.get('/feed/events', (_request, reply) => events.add(reply))
  server.get<{ Params: { name: string } }>('/feed/torrents/:name', async (request, reply) => {
    const { name } = request.params
    const [, infoHash] = /^([0-9a-f]{40})\.torrent$/.exec(name) ?? []
    if (infoHash === undefined) return await answer(request, reply, 'torrents', name)
    const torrent = await torrentOf(parseInfoHash(infoHash))
    if (!torrent) return await otherwise(request, reply)
    return await reply.type('application/x-bittorrent').header('cache-control', unchanging).send(torrent)
  })
  server.get<{ Params: { repository: string; '*': string } }>('/feed/:repository/*', async (request, reply) => {
    const { repository, '*': name } = request.params
    return await answer(request, reply, repository, name)
  })
}

async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  bytes: Buffer,
): Promise<FastifyReply> {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`
  // Only timestamp.json ever changes; all else is named by its version or hash.
  reply.headers({ etag, 'cache-control': name === 'timestamp.json' ? 'no-cache' : unchanging })
  if (request.headers['if-none-match'] === etag) return await reply.code(304).send()
  return await reply.type('application/json; charset=utf-8').send(bytes)
}
