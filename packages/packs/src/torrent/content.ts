import { createHash } from 'node:crypto'
import { RepocastError } from '@repocast/errors'
import { displayName } from '@repocast/objects'
import type { PackEntry, PackPlan } from '../plan/entry.ts'

/** Reads an object. Each chunk stays as it is: its memory is not used again for the next. */
export type ReadEntry = (entry: PackEntry) => AsyncIterable<Uint8Array>

export interface ContentOptions {
  readonly read: ReadEntry
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: { readonly hashedBytes: number; readonly totalBytes: number }) => void
}

/**
 * The bytes of all objects end to end. Each object is held against its id: piece hashes over other bytes would
 * make a pack that nobody can ever use.
 * @throws RepocastError REPOCAST_PACK_CONTENT_MISMATCH, the reason of `signal`, and what `read` throws
 */
export async function* packContent(plan: PackPlan, options: ContentOptions): AsyncGenerator<Uint8Array> {
  const { read, signal, onProgress } = options
  let hashedBytes = 0
  for (const entry of plan.entries) {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of read(entry)) {
      signal?.throwIfAborted()
      bytes += chunk.length
      if (bytes > entry.size) throw mismatch(entry, 'it has more bytes')
      hash.update(chunk)
      hashedBytes += chunk.length
      onProgress?.({ hashedBytes, totalBytes: plan.bytes })
      if (chunk.length > 0) yield chunk // block-iterator counts an empty chunk as one byte
    }
    if (bytes < entry.size) throw mismatch(entry, `only ${bytes} could be read`)
    if (hash.digest('hex') !== entry.id) throw mismatch(entry, 'its bytes are not those of its id')
  }
}

function mismatch({ kind, id, path, size }: PackEntry, why: string): RepocastError {
  const what = kind === 'tree' ? `tree ${id}` : `blob ${id} (${displayName(path)})`
  return new RepocastError('REPOCAST_PACK_CONTENT_MISMATCH', {
    message: `the ${what} of ${size} bytes cannot be packed: ${why}`,
    hint: 'the stored object is damaged; verify the store, then publish again',
  })
}
