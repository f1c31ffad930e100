import {
  describeError,
  type ErrorKind,
  isRepocastError,
  type Logger,
  RepocastError,
  systemErrorCode,
} from '@repocast/errors'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { collectDefaultMetrics, type Registry } from 'prom-client'
import { decodableUrl } from './decodable-url.ts'
import { errorBody } from './error-body.ts'
import { limitRequests, type RequestLimit } from './request-limit.ts'
import type { Guard } from './token.ts'

export type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

export interface HttpOptions {
  readonly logger: Logger
  readonly metrics: Registry
  /** Addresses or networks whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  /** Whether the program can do its work; false or a reason makes /readyz answer 503. */
  readonly isReady: () => true | string
  /** Who may see the metrics; everybody without it. */
  readonly guard?: Guard | undefined
  /** How often an address may ask; without it as often as it likes. */
  readonly limit?: RequestLimit | undefined
}

const statusOf: Readonly<Record<ErrorKind, number>> = {
  usage: 400,
  input: 400,
  configuration: 500,
  integrity: 502,
  network: 502,
  disk: 507,
  conflict: 409,
  missing: 404,
  internal: 500,
}

const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
}

/** A fastify server with what all of ours have: errors in one form, health, metrics, headers, limits. */
export function createHttpServer(options: HttpOptions): FastifyInstance {
  const { logger, metrics, trustedProxies, isReady, guard, limit } = options
  const server = Fastify({
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    rewriteUrl: ({ url = '/' }) => decodableUrl(url),
    bodyLimit: 1024 * 1024,
    requestTimeout: 60_000,
    keepAliveTimeout: 30_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 4096, ignoreTrailingSlash: false },
  })
  server.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of Object.entries(securityHeaders)) {
      // A page may have a policy of its own.
      if (!reply.hasHeader(name)) reply.header(name, value)
    }
  })
  if (limit) limitRequests(server, limit)
  server.setErrorHandler((error: FastifyError, request, reply) => sendError(error, request, reply, logger))
  server.setNotFoundHandler(async (request, reply) =>
    reply
      .code(404)
      .send(errorBody('REPOCAST_HTTP_NOT_FOUND', `there is no ${request.originalUrl.slice(0, 200)}`, undefined)),
  )
  // by default the delay of the event loop is measured 100 times a second, which was most of what an idle agent did
  collectDefaultMetrics({ register: metrics, eventLoopMonitoringPrecision: 500 })
  server.get('/healthz', async () => ({ status: 'ok' }))
  server.get('/readyz', async (_request, reply) => {
    const ready = isReady()
    return ready === true ? { status: 'ready' } : await reply.code(503).send({ status: 'not ready', reason: ready })
  })
  server.get(
    '/metrics',
    guard ? { onRequest: guard } : {},
    async (_request, reply) => await reply.type(metrics.contentType).send(await metrics.metrics()),
  )
  return server
}

function sendError(error: FastifyError, request: FastifyRequest, reply: FastifyReply, logger: Logger): FastifyReply {
  if (isRepocastError(error)) {
    const status = statusOf[error.kind]
    if (status >= 500)
      logger.error({ code: error.code, url: request.url, error: describeError(error) }, 'a request failed')
    return reply.code(status).send(errorBody(error.code, error.message, error.hint))
  }
  const status = error.statusCode ?? 500
  if (status < 500) return reply.code(status).send(errorBody('REPOCAST_HTTP_BAD_REQUEST', error.message, undefined))
  logger.error({ url: request.url, error: error.stack ?? String(error) }, 'a request failed unexpectedly')
  return reply
    .code(500)
    .send(errorBody('REPOCAST_INTERNAL', 'the request failed unexpectedly, the log tells more', undefined))
}

/** Starts to listen. @throws RepocastError REPOCAST_HTTP_CANNOT_LISTEN */
export async function listen(server: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await server.listen({ host, port })
  } catch (cause) {
    const code = systemErrorCode(cause)
    throw new RepocastError('REPOCAST_HTTP_CANNOT_LISTEN', {
      message: `cannot listen on ${host.includes(':') ? `[${host}]` : host}:${port} (${code})`,
      hint:
        code === 'EADDRINUSE'
          ? 'another program uses the port: stop it, or choose another one in `listen`'
          : 'choose an address of this host and a port that this user may use in `listen`',
      cause,
    })
  }
}

/** Pattern of `listen` settings for schemas. */
export const listenPattern = '^(\\[[0-9a-fA-F:]+\\]|[^:\\[\\]]+):[0-9]{1,5}$'

/** `host:port` of a `listen` setting, also `[::1]:8080`. @throws RepocastError REPOCAST_CONFIGURATION_WRONG */
export function parseListen(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) }
  throw new RepocastError('REPOCAST_CONFIGURATION_WRONG', {
    message: `\`listen\` is ${JSON.stringify(text)}`,
    hint: 'write an address and a port, such as 0.0.0.0:8080 or [::]:8080',
  })
}
