import { open } from 'node:fs/promises'
import { RepocastError, systemErrorCode } from '@repocast/errors'

/** What a receiver shares with us. It shows in no log, also not as part of something else. */
export class WebhookSecret {
  readonly #key: Buffer

  constructor(key: Buffer) {
    this.#key = key
  }

  /** Bytes for HMAC. */
  get key(): Buffer {
    return this.#key
  }
}

/** Where secrets of a configuration lie, for schemas: a file, or `env:NAME`. */
export const secretSourcePattern = '^(/.+|env:[A-Za-z_][A-Za-z0-9_]*)$'

const maxBytes = 4096
const howToMake = `make one by: printf 'whsec_%s\\n' "$(head -c 32 /dev/urandom | base64)"`

/**
 * The secrets in a file, or in the environment variable NAME for `env:NAME`, each on a line of its own; two while one
 * takes the place of the other.
 * @throws RepocastError REPOCAST_WEBHOOK_SECRET_UNUSABLE
 */
export async function loadWebhookSecrets(
  source: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<WebhookSecret[]> {
  const text = source.startsWith('env:') ? environment[source.slice('env:'.length)] : await readSecret(source)
  if (text === undefined) throw unusable(source, 'is not set', howToMake)
  const lines = text.split('\n').filter(line => line.trim() !== '')
  if (lines.length === 0) throw unusable(source, 'is empty', howToMake)
  return lines.map(line => parseSecret(line.trim(), source))
}

/** `whsec_` and 24 to 64 bytes as base64. Source: Standard Webhooks 1.0.0, "Symmetric". */
function parseSecret(text: string, source: string): WebhookSecret {
  const [, base64 = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? []
  const key = Buffer.from(base64, 'base64')
  if (key.length >= 24 && key.length <= 64) return new WebhookSecret(key)
  throw unusable(source, 'holds something else than `whsec_` and 24 to 64 bytes as base64', howToMake)
}

async function readSecret(path: string): Promise<string> {
  try {
    const file = await open(path)
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (cause) {
    const why = `cannot be read (${systemErrorCode(cause)})`
    throw unusable(path, why, 'name a file that the user of repocast may read', cause)
  }
}

function unusable(source: string, why: string, hint: string, cause?: unknown): RepocastError {
  return new RepocastError('REPOCAST_WEBHOOK_SECRET_UNUSABLE', {
    message: `the secret of a webhook, ${source}, ${why}`,
    ...{ hint, cause },
  })
}
