import { orderCommand } from './orders.ts'

export const agentPin = orderCommand('pin', 'Keep a snapshot, whatever is newer')
