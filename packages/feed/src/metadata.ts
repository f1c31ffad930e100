import { RepocastError } from '@repocast/errors'
import { canonicalJson, type JsonValue } from '@repocast/objects'
import { Metadata, MetadataKind, type Root, type Snapshot, type Targets, type Timestamp } from '@tufjs/models'

/** The version of the TUF specification that the feed follows. */
export const specVersion = '1.0.31'

interface Kinds {
  [MetadataKind.Root]: Root
  [MetadataKind.Targets]: Targets
  [MetadataKind.Snapshot]: Snapshot
  [MetadataKind.Timestamp]: Timestamp
}

/**
 * Metadata out of a file. Its signatures are not looked at.
 * @throws RepocastError REPOCAST_FEED_DAMAGED
 */
export function readMetadata<K extends MetadataKind>(kind: K, bytes: Buffer): Metadata<Kinds[K]> {
  try {
    const value = JSON.parse(bytes.toString('utf8'))
    // The overloads of fromJSON want one literal each; they all do the same.
    return Metadata.fromJSON(kind as MetadataKind.Root, value) as unknown as Metadata<Kinds[K]>
  } catch (cause) {
    throw new RepocastError('REPOCAST_FEED_DAMAGED', {
      message: `the ${kind} metadata of the feed cannot be read`,
      cause,
    })
  }
}

/** The bytes of signed metadata. */
export function metadataBytes(metadata: Metadata<Root | Targets | Snapshot | Timestamp>): Buffer {
  return Buffer.from(`${canonicalJson(metadata.toJSON() as JsonValue)}\n`)
}

/** Path of a snapshot record among the targets. */
export function targetPathOf(repository: string, serial: number): string {
  return `${repository}/${serial}.json`
}

/** Path of the channels of a repository among the targets. */
export function channelsPathOf(repository: string): string {
  return `${repository}/channels.json`
}

/** What a target path says, undefined when it is not that of a snapshot record. */
export function parseTargetPath(path: string): { readonly repository: string; readonly serial: number } | undefined {
  const [, repository, serial] = /^([a-z0-9][a-z0-9._-]{0,63})\/([1-9]\d{0,14})\.json$/.exec(path) ?? []
  return repository === undefined ? undefined : { repository, serial: Number(serial) }
}
