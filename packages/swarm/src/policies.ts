/** The pure part of the swarm: what is asked of whom, and what an origin hands out. For simulations. */
export { outranks } from './distribution/claims.ts'
export { HandOut, type Recipient } from './distribution/hand-out.ts'
export { Requester } from './distribution/requester.ts'
export { type Bits, emptyBits, hasBit, setBit } from './picker/bits.ts'
export { type Block, blockLength } from './picker/block.ts'
export { Picker, type PickerLayout } from './picker/picker.ts'
export type { Random } from './picker/random.ts'
