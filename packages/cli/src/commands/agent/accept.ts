import { orderCommand } from './orders.ts'

export const agentAccept = orderCommand(
  'accept',
  'Serve a snapshot that waits: for `swap-delay`, or since it removes more than `wipe-guard` allows',
)
