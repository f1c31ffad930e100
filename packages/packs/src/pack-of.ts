import { type ObjectId, objectIdOf } from '@repocast/objects'
import type { PackEntry, PackPlan } from './plan/entry.ts'
import { inPackOrder } from './plan/pack-order.ts'
import { planPacks } from './plan/plan-packs.ts'
import { type MadeTorrent, makeTorrent } from './torrent/make-torrent.ts'

/** A pack in memory, with its content. */
export interface MemoryPack extends MadeTorrent {
  readonly plan: PackPlan
  readonly objects: ReadonlyMap<ObjectId, Buffer>
  /** All objects end to end, as the pieces cut them. */
  readonly content: Buffer
}

export interface MemoryPackOptions {
  /** Content of tree objects. */
  readonly trees?: readonly (string | Uint8Array)[]
  readonly name?: string
  readonly announce?: readonly string[]
  readonly private?: boolean
  /** Bytes per piece; by default the shortest that is accepted, 16 KiB. */
  readonly pieceLength?: number
}

/** The pack of these blobs, by repository path. */
export async function packOf(
  blobs: Readonly<Record<string, string | Uint8Array>>,
  { trees = [], name = 'test-1', announce = [], pieceLength = 16 * 1024, ...rest }: MemoryPackOptions = {},
): Promise<MemoryPack> {
  const objects = new Map<ObjectId, Buffer>()
  const entries: PackEntry[] = []
  const add = (kind: 'tree' | 'blob', path: string, value: string | Uint8Array) => {
    const bytes = Buffer.from(value)
    const id = objectIdOf(bytes)
    objects.set(id, bytes)
    entries.push({ kind, id, size: bytes.length, path })
  }
  for (const tree of trees) add('tree', '', tree)
  for (const [path, value] of Object.entries(blobs)) add('blob', path, value)
  const [first] = planPacks(inPackOrder(entries, () => false))
  if (first === undefined) throw new Error('a pack needs at least one object that is not empty')
  const plan = { ...first, pieceLength }
  const read = async function* ({ id }: PackEntry) {
    yield objects.get(id) ?? Buffer.alloc(0)
  }
  const made = await makeTorrent(plan, { name, announce, read, ...rest })
  return {
    ...made,
    plan,
    objects,
    content: Buffer.concat(plan.entries.map(({ id }) => objects.get(id) ?? Buffer.alloc(0))),
  }
}
