import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { systemErrorCode } from '@repocast/errors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** The files of a built page, by their paths below its directory. They are few and small, so they lie in memory. */
export type Pages = ReadonlyMap<string, PageFile>

interface PageFile {
  readonly type: string
  readonly plain: Buffer
  readonly zipped: Buffer
}

/** Where the build puts what has a hash of its content in its name. No repository can have this name. */
const assets = '_assets'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Scripts and styles from this server only, nothing from elsewhere, and nobody may frame the page. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

/** Reads the built pages in `directory`; undefined when they were not built. */
export async function loadPages(directory: string): Promise<Pages | undefined> {
  const pages = new Map<string, PageFile>()
  try {
    for (const folder of ['', assets]) {
      for (const entry of await readdir(join(directory, folder), { withFileTypes: true })) {
        const type = types[extname(entry.name)]
        if (!entry.isFile() || type === undefined) continue
        const plain = await readFile(join(directory, folder, entry.name))
        pages.set(join(folder, entry.name), { type, plain, zipped: await promisify(gzip)(plain) })
      }
    }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
  return pages
}

/** Answers `/` with the page `index`, and requests for what it loads. */
export function servePages(server: FastifyInstance, pages: Pages, index: string): void {
  const send = (file: PageFile | undefined, request: FastifyRequest, reply: FastifyReply): void => {
    if (file === undefined) {
      reply.callNotFound()
      return
    }
    reply.type(file.type).header('vary', 'accept-encoding')
    if (/\bgzip\b/.test(request.headers['accept-encoding'] ?? ''))
      void reply.header('content-encoding', 'gzip').send(file.zipped)
    else void reply.send(file.plain)
  }
  server.get('/', (request, reply) =>
    send(pages.get(index), request, reply.headers({ 'content-security-policy': policy, 'cache-control': 'no-cache' })),
  )
  server.get<{ Params: { name: string } }>(`/${assets}/:name`, (request, reply) =>
    send(
      pages.get(`${assets}/${request.params.name}`),
      request,
      reply.header('cache-control', 'max-age=31536000, immutable'),
    ),
  )
}
