import { orderCommand } from './orders.ts'

export const agentResume = orderCommand('resume', 'Follow the feed again')
