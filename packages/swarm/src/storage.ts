import type { PackStorage } from '@repocast/store'

/**
 * What a swarm needs of the place where the bytes of a pack lie: which pieces are there (`bitfield`), blocks of them
 * (`read`), and that it takes verified pieces (`write`, whose bytes may be reused once its promise is settled).
 */
export type PieceStorage = Pick<PackStorage, 'pack' | 'bitfield' | 'read' | 'write'>
