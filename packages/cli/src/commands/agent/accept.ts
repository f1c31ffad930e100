import { orderCommand } from './orders.ts'

export const agentAccept = orderCommand('accept', 'Let a snapshot remove more files than `wipe-guard` allows')
