import type { FastifyInstance, FastifyReply } from '@repocast/daemon'
import { isRepocastError, RepocastError } from '@repocast/errors'
import {
  decodeName,
  displayName,
  parseRepositoryName,
  type RepositoryName,
  type SnapshotRecord,
  whyUnsafeName,
} from '@repocast/objects'
import { type SnapshotObjects, SnapshotTree } from '@repocast/repositories'
import type { PublishedSnapshots } from '../published-snapshots.ts'
import { metalinkOf, mirrorListOf, type NamedFile } from './documents.ts'
import type { MirrorLists } from './mirror-lists.ts'

export interface MirrorListRoutes {
  readonly lists: MirrorLists
  readonly snapshots: Pick<PublishedSnapshots, 'get'>
  readonly objects: SnapshotObjects
}

const retryAfterSeconds = 20
const repomd = 'repodata/repomd.xml'

/**
 * `/mirrorlist/REPOSITORY/DIRECTORY` for dnf and apt, `/metalink/REPOSITORY/DIRECTORY` for dnf, and `/r/REPOSITORY/PATH`, which
 * leads to a mirror.
 */
export function addMirrorListRoutes(server: FastifyInstance, { lists, snapshots, objects }: MirrorListRoutes): void {
  const answer = (
    prefix: string,
    send: (repository: RepositoryName, path: string, client: string, reply: FastifyReply) => unknown,
  ): void => {
    server.get(`/${prefix}/*`, async (request, reply) => {
      const { repository, path } = parsePlace(request.originalUrl, prefix)
      reply.header('cache-control', 'no-store')
      try {
        return await send(repository, path, request.ip, reply)
      } catch (error) {
        if (isRepocastError(error, 'REPOCAST_NO_MIRROR')) {
          reply.header('retry-after', String(retryAfterSeconds)).code(503)
          return await reply.type('text/plain; charset=utf-8').send(`${error.message}: ${error.hint ?? ''}\n`)
        }
        throw error
      }
    })
  }
  answer('mirrorlist', (repository, path, client, reply) =>
    reply
      .type('text/plain; charset=utf-8')
      .send(mirrorListOf(lists.urls(repository, client).map(url => url + asDirectory(path)))),
  )
  answer('r', (repository, path, client, reply) => reply.redirect(`${lists.urls(repository, client)[0]}${path}`, 302))
  answer('metalink', async (repository, path, client, reply) => {
    const record = lists.newest(repository)
    const directory = asDirectory(path)
    const name = decodePath(directory) + repomd
    const file = namedFile(objects, record, name)
    if (!file) {
      throw new RepocastError('REPOCAST_HTTP_NOT_FOUND', {
        message: `${repository} has no ${displayName(name)}`,
        hint: 'name the directory that holds `repodata`',
      })
    }
    const previous = snapshots.get(repository, record.serial - 1)
    const before = previous && namedFile(objects, previous, name)
    const urls = lists.urlsOfBoth(repository, client).map(url => url + directory + repomd)
    const isOther = before?.sha256 !== file.sha256
    const document = metalinkOf({ name: 'repomd.xml', file, before: isOther ? before : undefined, urls })
    return await reply.type('application/metalink+xml').send(document)
  })
}

function namedFile(objects: SnapshotObjects, { root }: SnapshotRecord, path: string): NamedFile | undefined {
  const file = new SnapshotTree(objects, root.id).file(path)
  return file && { size: file.size, mtime: file.mtime, sha256: file.id }
}

/** What a request asks for; the path stays as the client wrote it, so that any bytes come through. */
function parsePlace(url: string, prefix: string): { readonly repository: RepositoryName; readonly path: string } {
  const [place = ''] = url.slice(prefix.length + 2).split('?', 1)
  const [name = '', ...names] = place.split('/')
  for (const [k, one] of names.entries()) if (isUnsafe(one, k === names.length - 1)) throw unsafe(url)
  return { repository: parseRepositoryName(name), path: names.join('/') }
}

/** The last one may be empty: the path is that of a directory then. */
function isUnsafe(escaped: string, isLast: boolean): boolean {
  if (escaped === '') return !isLast
  if (/%(?![0-9a-fA-F]{2})/.test(escaped)) return true
  const name = decodePath(escaped)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  return whyUnsafeName(name) !== undefined || /[\\\u0000-\u001f]/.test(name)
}

/** The path that a client has written with escapes; its bytes need not be UTF-8. */
function decodePath(escaped: string): string {
  const bytes = Buffer.from(escaped, 'utf8').toString('latin1')
  const text = bytes.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return decodeName(Buffer.from(text, 'latin1'))
}

function unsafe(url: string): RepocastError {
  return new RepocastError('REPOCAST_HTTP_BAD_REQUEST', {
    message: `the path ${JSON.stringify(url.slice(0, 200))} is no path of a repository`,
  })
}

function asDirectory(path: string): string {
  return path === '' || path.endsWith('/') ? path : `${path}/`
}
