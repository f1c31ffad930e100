/** What identifies the bytes of a file over HTTP. */
export interface Validators {
  /** A strong one, with its quotes. */
  readonly etag: string
  /** Seconds since 1970. */
  readonly mtime: number
}

/** Headers of a request that put a condition on it, in lower case. */
export type ConditionHeaders = Readonly<Record<string, string | string[] | undefined>>

/**
 * Whether a GET or HEAD is answered (RFC 9110, section 13.2.2). `If-Modified-Since` must name the exact time, as nginx
 * wants it: after a rollback the file is older than what the client has, and another one. Pure.
 */
export function judgeConditions(
  headers: ConditionHeaders,
  { etag, mtime }: Validators,
): 'go on' | 'not modified' | 'failed' {
  const ifMatch = one(headers['if-match'])
  const unmodifiedSince = seconds(headers['if-unmodified-since'])
  if (ifMatch !== undefined) {
    if (!isNamed(ifMatch, etag, false)) return 'failed'
  } else if (unmodifiedSince !== undefined && mtime > unmodifiedSince) return 'failed'
  const ifNoneMatch = one(headers['if-none-match'])
  if (ifNoneMatch !== undefined) return isNamed(ifNoneMatch, etag, true) ? 'not modified' : 'go on'
  return seconds(headers['if-modified-since']) === mtime ? 'not modified' : 'go on'
}

/** Whether a range may be answered: with If-Range only when the file is the one that the client has a part of. Pure. */
export function mayAnswerRange(headers: ConditionHeaders, { etag, mtime }: Validators): boolean {
  const ifRange = one(headers['if-range'])
  if (ifRange === undefined) return true
  return ifRange.includes('"') ? ifRange.trim() === etag : seconds(ifRange) === mtime
}

function isNamed(list: string, etag: string, isWeak: boolean): boolean {
  if (list.trim() === '*') return true
  const tags = list.match(/(?:W\/)?"[^"]*"/g) ?? []
  return tags.some(tag => tag === etag || (isWeak && tag === `W/${etag}`))
}

function seconds(value: string | string[] | undefined): number | undefined {
  const time = Date.parse(one(value) ?? '')
  return Number.isNaN(time) ? undefined : time / 1000
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}
