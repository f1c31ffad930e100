import { orderCommand } from './orders.ts'

export const agentUnpin = orderCommand('unpin', 'Keep a snapshot no longer than others')
