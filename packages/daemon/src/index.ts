/** What every program of ours that stays has: configuration, log, life cycle, HTTP server, events, metrics. */
export { Registry } from 'prom-client'
export { dhtChoice, dhtKeys, hostPortPattern } from './configuration/dht.ts'
export { checkSettings, loadConfiguration, parseConfiguration, type Refuse } from './configuration/load.ts'
export { nearest } from './configuration/nearest.ts'
export { peerKeys } from './configuration/peer-keys.ts'
export { readKey, readNetworks } from './configuration/read-key.ts'
export { sampleConfiguration } from './configuration/sample.ts'
export { type ByteRange, parseByteRange, parseByteRanges } from './http/byte-range.ts'
export { bindAddressPattern, createFetch, directFetch, proxyPattern } from './http/create-fetch.ts'
export { errorBody } from './http/error-body.ts'
export { EventStream } from './http/event-stream.ts'
export { loadPages, type Pages, servePages } from './http/pages.ts'
export {
  type Cell,
  escapeHtml,
  type Html,
  type PageColumn,
  pageFacts,
  pageLink,
  pageTable,
  pageTableEnd,
  pageTableRow,
  pageTableStart,
  plainPageEnd,
  plainPageStart,
  plainPageType,
  renderPlainPage,
} from './http/plain-page.ts'

export type { RequestLimit } from './http/request-limit.ts'
export {
  createHttpServer,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type HttpOptions,
  listen,
  listenPattern,
  parseListen,
} from './http/server.ts'
export { type Guard, tokenGuard } from './http/token.ts'
export { zipAnswers } from './http/zip-answers.ts'
export { LifeCycle } from './life/life-cycle.ts'
export { ServiceNotifier, serviceNotifier } from './life/service-notifier.ts'
export { createLogger, type LogOptions } from './log/logger.ts'
export { type CollectedMetric, collectedMetrics, type MetricValues } from './metrics/collected-metrics.ts'
export { countOf, formatBytes, formatCount, formatDuration } from './quantities/format.ts'
export {
  bytesPattern,
  durationPattern,
  parseBytes,
  parseDuration,
  parseRate,
  parseShare,
  ratePattern,
  sharePattern,
} from './quantities/parse.ts'
export { WallClock } from './schedule/wall-clock.ts'
export { WeeklySchedule } from './schedule/weekly-schedule.ts'
export { daysPattern, hoursPattern, parseWeeklyWindow, type WeeklyWindow } from './schedule/weekly-window.ts'
export { giveUpAfterMilliseconds, retryPauseSeconds } from './webhooks/backoff.ts'
export { loadWebhookSecrets, secretSourcePattern, type WebhookSecret } from './webhooks/secret.ts'
export {
  type SendOptions,
  sendWebhook,
  type Webhook,
  type WebhookOutcome,
  webhookName,
  webhookUrlPattern,
} from './webhooks/send.ts'
export { newMessageId, type WebhookMessage } from './webhooks/signature.ts'
