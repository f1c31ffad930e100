import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeError, isRepocastError } from '@repocast/errors'
import { Follower, feedUrlsOf, type SubscriptionLink } from '@repocast/feed'
import type { SnapshotRecord } from '@repocast/objects'
import { parsePack } from '@repocast/packs'
import type { Followed } from '../open-agent.ts'
import { canConnect } from './can-connect.ts'
import { broken, type Diagnosis, fine, worse } from './finding.ts'
import { parseAnswer } from './tracker-answer.ts'

export interface OriginLookOptions {
  readonly clock: () => Date
  readonly peerPort: number
  readonly signal: AbortSignal
  readonly fetch: typeof fetch
  readonly askTracker: typeof fetch
  /** Where peers are called from. */
  readonly bindAddress: string | undefined
}

const requestMs = 10_000
/** Reports are refused from this difference of clocks on, and expired feeds look fresh or fresh ones expired. */
const worseSkewSeconds = 30
const brokenSkewSeconds = 300
const peersTried = 5

/** Feed and signature, clock, tracker and peers of one repository. */
export async function lookAtOrigin(followed: Followed, options: OriginLookOptions): Promise<Diagnosis[]> {
  const { link } = followed
  const clock = await lookAtClock(link, options)
  const feeds: Diagnosis[] = []
  let found: { readonly record: SnapshotRecord; readonly follower: Follower } | undefined
  const urls = feedUrlsOf(link)
  for (const feedUrl of urls) {
    const alone = { ...followed, link: { ...link, feedUrl, otherFeedUrls: [] } }
    const what = `${link.repository}: feed${urls.length === 1 ? '' : ` ${feedUrl}`}`
    const { diagnosis, record, follower } = await lookAtFeed(what, alone, options)
    feeds.push(diagnosis)
    if (record && follower) found ??= { record, follower }
  }
  if (found === undefined) return [...clock, ...feeds]
  // One address that is good will do.
  const told = feeds.map(one => (one.state === 'broken' ? { ...one, state: 'worse' as const } : one))
  return [...clock, ...told, ...(await lookAtSwarm(found.record, found.follower, options))]
}

/** By the Date header of the feed; silent when the feed cannot be reached, which is told elsewhere. */
async function lookAtClock(
  { feedUrl, repository }: SubscriptionLink,
  options: OriginLookOptions,
): Promise<Diagnosis[]> {
  const what = `${repository}: clock`
  try {
    const url = new URL('timestamp.json', feedUrl).href
    const signal = limited(options.signal, requestMs)
    const response = await options.fetch(url, { method: 'HEAD', cache: 'no-store', signal })
    const theirs = Date.parse(response.headers.get('date') ?? '')
    if (Number.isNaN(theirs)) return []
    const skew = Math.round((options.clock().getTime() - theirs) / 1000)
    const ago = `${Math.abs(skew)} s ${skew < 0 ? 'behind' : 'ahead of'}`
    // the header has whole seconds
    const text = `this clock is ${Math.abs(skew) <= 1 ? 'as' : ago} that of the origin`
    const mend = 'set the clock of whichever is wrong, best by NTP (`timedatectl set-ntp true`)'
    if (Math.abs(skew) >= brokenSkewSeconds) return [broken(what, text, mend)]
    return [Math.abs(skew) >= worseSkewSeconds ? worse(what, text, mend) : fine(what, text)]
  } catch {
    return []
  }
}

async function lookAtFeed(
  what: string,
  { link, hold }: Followed,
  { clock, signal, fetch }: OriginLookOptions,
): Promise<{ diagnosis: Diagnosis; record?: SnapshotRecord; follower?: Follower }> {
  const directory = await mkdtemp(join(tmpdir(), 'repocast-doctor-'))
  try {
    // what it learns is forgotten: only the daemon moves what is trusted
    const floor = { lowest: () => 0, raise: () => {} }
    const follower = new Follower({ link, directory, floor, clock, hold, fetch })
    const { record } = await follower.refresh({ signal: limited(signal, 6 * requestMs) })
    if (record) return { diagnosis: fine(what, `signed as the link says, serial ${record.serial}`), record, follower }
    return { diagnosis: worse(what, 'signed as the link says, but nothing is published yet', 'wait for the origin') }
  } catch (error) {
    signal.throwIfAborted()
    const mend = isRepocastError(error) ? error.hint : 'see that this host can reach the address in the link'
    return { diagnosis: broken(what, describeError(error), mend) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function lookAtSwarm(
  record: SnapshotRecord,
  follower: Follower,
  options: OriginLookOptions,
): Promise<Diagnosis[]> {
  const what = `${record.repository}: tracker`
  const reference = record.packs.at(-1)
  if (reference === undefined) return []
  let tracker: string | undefined
  try {
    const pack = await parsePack(await follower.fetchTorrent(reference, { signal: limited(options.signal, requestMs) }))
    tracker = pack.announce.find(address => /^https?:/.test(address))
    if (tracker === undefined)
      return [worse(what, 'the packs name no tracker over HTTP', 'ask the operator of the origin')]
    const { peers, failure } = parseAnswer(await announce(tracker, reference.infoHash, '', options))
    await announce(tracker, reference.infoHash, 'stopped', options)
    if (failure !== undefined) return [broken(what, `${tracker} refuses: ${failure}`, 'ask the operator of the origin')]
    return [fine(what, `${tracker} answers`), await lookAtPeers(record, peers, options)]
  } catch (error) {
    options.signal.throwIfAborted()
    const mend = 'see that this host can reach that address, also through a proxy or firewall'
    return [broken(what, `${tracker ?? 'the .torrent'} does not answer (${describeError(error)})`, mend)]
  }
}

/** As BEP 3 and 23 say. */
async function announce(tracker: string, infoHash: string, event: string, options: OriginLookOptions): Promise<Buffer> {
  const hash = infoHash.replace(/../g, '%$&')
  const query = `info_hash=${hash}&peer_id=${peerId}&port=${options.peerPort || 6881}&uploaded=0&downloaded=0&left=1&compact=1&numwant=30`
  const url = `${tracker}${tracker.includes('?') ? '&' : '?'}${query}${event === '' ? '' : `&event=${event}`}`
  const response = await options.askTracker(url, { signal: limited(options.signal, requestMs) })
  return Buffer.from(await response.arrayBuffer())
}

const peerId = `-RD0001-${randomBytes(6).toString('hex')}`

async function lookAtPeers(
  { repository }: SnapshotRecord,
  peers: readonly string[],
  options: OriginLookOptions,
): Promise<Diagnosis> {
  const what = `${repository}: peers`
  if (peers.length === 0) {
    return broken(
      what,
      'the tracker knows nobody who has the snapshot',
      'see that the origin runs (`repocast origin status`)',
    )
  }
  const tried = peers.slice(0, peersTried)
  const reached = (await Promise.all(tried.map(async peer => await canConnect(peer, options)))).filter(Boolean).length
  const text = `${reached} of ${tried.length} peers can be reached, the tracker knows ${peers.length}`
  if (reached > 0) return fine(what, text)
  return broken(what, text, 'let this host make TCP connections to the peer ports of the others')
}

function limited(signal: AbortSignal, ms: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(ms)])
}
