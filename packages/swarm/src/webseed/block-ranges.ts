import type { Block } from '../picker/block.ts'

/** Blocks whose bytes follow each other in the pack. */
export interface BlockRange {
  /** Of the pack. */
  readonly firstByte: number
  readonly bytes: number
  readonly blocks: readonly Block[]
}

/** Cuts `blocks` into as few ranges as they allow, in the order of the pack. */
export function blockRanges(blocks: readonly Block[], pieceLength: number): BlockRange[] {
  const start = ({ piece, offset }: Block) => piece * pieceLength + offset
  const ranges: { firstByte: number; bytes: number; blocks: Block[] }[] = []
  for (const block of [...blocks].sort((a, b) => start(a) - start(b))) {
    const last = ranges.at(-1)
    if (last !== undefined && last.firstByte + last.bytes === start(block)) {
      last.bytes += block.length
      last.blocks.push(block)
    } else ranges.push({ firstByte: start(block), bytes: block.length, blocks: [block] })
  }
  return ranges
}
