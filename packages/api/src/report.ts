import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { RepocastError } from '@repocast/errors'
import { Check, Errors } from 'typebox/value'
import { AgentStatus } from './agent-status.ts'

/*
 * A report is an AgentStatus as JSON, sent by POST to the origin's /reports with two headers: the agent's public key
 * (SPKI, base64url) and an Ed25519 signature over the bytes of the body. The SHA-256 of the key is the mirror's id.
 */

const reportKeyHeader = 'x-repocast-key'
const reportSignatureHeader = 'x-repocast-signature'
export const maxReportBytes = 1024 * 1024

/** A report may be so much older or newer than the clock of who reads it. */
const tolerableSkewSeconds = 600

export interface SignedReport {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export function signReport(status: AgentStatus, privateKey: KeyObject): SignedReport {
  const body = JSON.stringify(status)
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const signature = sign(null, Buffer.from(body), privateKey)
  return {
    body,
    headers: {
      'content-type': 'application/json',
      [reportKeyHeader]: publicKey.toString('base64url'),
      [reportSignatureHeader]: signature.toString('base64url'),
    },
  }
}

/**
 * The report in `body`, and the id of the mirror that signed it.
 * @throws RepocastError REPOCAST_REPORT_REFUSED
 */
export function verifyReport(
  body: Buffer,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: Date,
): { readonly id: string; readonly status: AgentStatus } {
  const key = headerBytes(headers[reportKeyHeader])
  const signature = headerBytes(headers[reportSignatureHeader])
  if (!isSigned(body, key, signature)) throw refused('its signature is not right')
  const status = parseStatus(body)
  const skewSeconds = Math.abs(now.getTime() - Date.parse(status.time)) / 1000
  // Written so that a time that is none is refused too.
  if (!(skewSeconds <= tolerableSkewSeconds))
    throw refused(`its time ${status.time} is too far from now; is a clock wrong?`)
  return { id: createHash('sha256').update(key).digest('hex').slice(0, 32), status }
}

function headerBytes(value: string | string[] | undefined): Buffer {
  return Buffer.from(typeof value === 'string' && value.length < 500 ? value : '', 'base64url')
}

function isSigned(body: Buffer, key: Buffer, signature: Buffer): boolean {
  try {
    const publicKey = createPublicKey({ key, type: 'spki', format: 'der' })
    return publicKey.asymmetricKeyType === 'ed25519' && verify(null, body, publicKey, signature)
  } catch {
    return false // no key at all
  }
}

/** @throws RepocastError REPOCAST_REPORT_REFUSED */
export function parseStatus(body: Buffer): AgentStatus {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw refused('it is not JSON', cause)
  }
  if (Check(AgentStatus, value)) return value
  const [first] = Errors(AgentStatus, value)
  throw refused(`${first?.instancePath || 'it'} ${first?.message ?? 'is not what it must be'}`)
}

function refused(why: string, cause?: unknown): RepocastError {
  return new RepocastError('REPOCAST_REPORT_REFUSED', { message: `the report is refused: ${why}`, cause })
}
