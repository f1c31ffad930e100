import { realpath, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { RepocastError } from '@repocast/errors'
import { parseLink } from '@repocast/feed'
import { lookAt, onDisk, syncPath } from '@repocast/files'
import { loadAgentConfiguration } from '../configuration.ts'
import type { UpdateResult } from '../follow/mirror-options.ts'
import { AgentLayout } from '../layout.ts'
import { type AgentOptions, type Followed, followedBy, openMirror, withAgent } from '../open-agent.ts'
import { type AdoptedCounts, adoptFiles } from './adopt-files.ts'

export interface AdoptOptions {
  /** The directory of a mirror that was made by other means, such as rsync. */
  readonly directory: string
  /** A subscription link, or the name of a repository in the configuration. */
  readonly linkOrRepository: string
  /** What becomes the symbolic link; by default as the configuration says. */
  readonly servedPath: string | undefined
  /** Whether the directory is moved aside, and the link takes its place. */
  readonly isReplacing: boolean
  readonly peerPort: number
  readonly signal: AbortSignal
  readonly onProgress: (progress: AdoptProgress) => void
}

export interface AdoptProgress {
  readonly step: 'hashing' | 'fetching'
  /** Bytes; `total` is 0 while it is not known. */
  readonly done: number
  readonly total: number
}

export interface AdoptResult extends AdoptedCounts {
  readonly repository: string
  readonly serial: number
  readonly servedPath: string
  /** Where the directory is now, when it was moved. */
  readonly movedTo: string | undefined
  readonly downloadedBytes: number
}

/** What is appended to the name of a directory that is moved aside. */
const asideSuffix = '.before-repocast'
/** Where the snapshot is served, in the same directory, while the directory has its name still. */
const besideSuffix = '.repocast-new'

/**
 * `repocast agent adopt`: takes what a mirror has already, and fetches only what differs from the newest snapshot.
 * @throws RepocastError REPOCAST_ADOPT_NOT_POSSIBLE, REPOCAST_AGENT_RUNNING, REPOCAST_LINK_MALFORMED,
 *   REPOCAST_CONFIGURATION_MISSING, REPOCAST_CONFIGURATION_WRONG; what `adoptFiles` and `Mirror.update` throw
 */
export async function adoptDirectory(options: AgentOptions, adopt: AdoptOptions): Promise<AdoptResult> {
  const directory = resolve(adopt.directory)
  const followed = await whatToFollow(options, adopt, directory)
  const servedPath = followed.path
  if (servedPath === directory && !adopt.isReplacing) {
    throw impossible(
      `${directory} itself is to be served`,
      'with --replace it is moved aside and the link takes its place',
    )
  }
  const aside = `${directory}${asideSuffix}`
  // it was moved aside by a run that was killed then
  const isMoved = !isDirectory(directory) && isDirectory(aside)
  const source = isMoved ? aside : directory
  if (!isDirectory(source)) throw impossible(`${directory} is not a directory`, 'name the directory of the old mirror')
  if (servedPath === directory && !isMoved && lookAt(aside)) {
    throw impossible(`${aside} exists already`, 'move it away: the directory is moved there')
  }
  return await withAgent(options, { peerPort: adopt.peerPort, maxConnections: 500 }, async agent => {
    const { store, swarm, hashPool } = agent
    const isInPlace = servedPath === directory
    const path = isInPlace && !isMoved ? `${directory}${besideSuffix}` : servedPath
    const mirror = openMirror(agent, options, { ...followed, path })
    await mirror.learn(adopt.signal)
    // what is adopted and left out goes after the swap
    if (followed.filter) store.selections.narrow(mirror.repository)
    const counts = await adoptFiles({
      store,
      hashPool,
      directory: await realpath(source),
      logger: options.logger,
      signal: adopt.signal,
      onProgress: ({ bytes }) => adopt.onProgress({ step: 'hashing', done: bytes, total: 0 }),
    })
    const progress = setInterval(() => {
      const { bytesDone, bytesWanted } = mirror.status()
      adopt.onProgress({ step: 'fetching', done: bytesDone, total: bytesWanted })
    }, 200)
    let result: UpdateResult
    try {
      result = await mirror.update(adopt.signal)
    } finally {
      clearInterval(progress)
    }
    if (path !== servedPath) await replace(directory, aside, path, async () => await mirror.serveAt(servedPath))
    store.adoptedFiles.clear()
    const { repository, serial } = result.record
    const { downloadedBytes } = swarm.status()
    return { ...counts, repository, serial, servedPath, movedTo: isInPlace ? aside : undefined, downloadedBytes }
  })
}

/** Moves the directory aside and puts the link in its place: for a moment in between, nothing is there. */
async function replace(directory: string, aside: string, beside: string, serve: () => Promise<void>): Promise<void> {
  await onDisk('move', directory, async () => await rename(directory, aside))
  await serve()
  await rm(beside, { force: true })
  await syncPath(dirname(directory))
}

async function whatToFollow(
  { data, environment }: AgentOptions,
  { linkOrRepository, servedPath, isReplacing }: AdoptOptions,
  directory: string,
): Promise<Followed> {
  const own = servedPath ?? (isReplacing ? directory : undefined)
  if (linkOrRepository.startsWith('repocast+')) {
    const link = parseLink(linkOrRepository)
    if (own !== undefined) return { link, path: resolve(own), check: true }
    throw impossible('it is not said where the snapshot is served', 'name a path by --serve, or say --replace')
  }
  const links = followedBy(await loadAgentConfiguration(new AgentLayout(data), environment))
  const found = links.find(({ link }) => link.repository === linkOrRepository)
  if (found) return { ...found, path: resolve(own ?? found.path) }
  const names = links.map(({ link }) => link.repository).join(', ')
  throw impossible(
    `agent.yaml has no repository ${linkOrRepository}`,
    names === '' ? 'give the subscription link instead' : `it has ${names}; or give a subscription link`,
  )
}

function isDirectory(path: string): boolean {
  return lookAt(path)?.isDirectory() === true
}

function impossible(message: string, hint: string): RepocastError {
  return new RepocastError('REPOCAST_ADOPT_NOT_POSSIBLE', { message, hint })
}
