import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from '../lab.ts'

/** What a BitTorrent client is asked to do. */
export interface DownloadJob {
  /** A .torrent file, or its http address. */
  readonly torrent: string
  /** Where the content goes, below the name of the torrent; what lies there already is checked and used. */
  readonly directory: string
  /** Goes on seeding when complete, until it is stopped or the lab is closed; default false. */
  readonly seed?: boolean
  /**
   * Address that it listens on and connects from; default a fresh one of the loopback device, because clients take
   * peers with one address for one peer.
   */
  readonly address?: string
  /** Takes only peers with which everything is encrypted (MSE, RC4); aria2 only, default false. */
  readonly mustEncrypt?: boolean
  /** Node of the DHT (`HOST:PORT`) by which it finds peers, besides a tracker if there is one; aria2 only. */
  readonly dhtNode?: string
  /** Default: a free one. */
  readonly port?: number
  /** Default 60. */
  readonly timeoutSeconds?: number
}

/** A download that is complete. */
export interface Download {
  /** Port that it listens on while it seeds. */
  readonly port: number
  /** Ends the client and waits for its end. */
  stop(): Promise<void>
  /** What the client has said. */
  log(): string
}

/** A BitTorrent client that knows peers only from the torrent's tracker, or a DHT that it is told of: no peer exchange, no discovery. */
export interface TorrentClient {
  readonly name: string
  /**
   * Downloads everything, and resolves when all pieces are there and verified; then, with few exceptions (aria2
   * does not tell), the tracker knows the peer.
   * @throws Error with the end of the client's log when that does not happen in time
   */
  download(lab: Lab, job: DownloadJob): Promise<Download>
}

/** The .torrent file of a job as a file on this disk. */
export async function torrentFile(lab: Lab, torrent: string): Promise<string> {
  if (!/^https?:/.test(torrent)) return torrent
  const response = await fetch(torrent)
  if (!response.ok) throw new Error(`${torrent} answers with status ${response.status}`)
  const path = join(lab.newDirectory('torrents'), 'fetched.torrent')
  await writeFile(path, Buffer.from(await response.arrayBuffer()))
  return path
}

/** The bytes of a job's .torrent in base64, for clients that take it over RPC. */
export async function torrentBase64(lab: Lab, torrent: string): Promise<string> {
  return (await readFile(await torrentFile(lab, torrent))).toString('base64')
}
