import { orderCommand } from './orders.ts'

export const agentHold = orderCommand('hold', 'Go no further than a serial, or than what is served, until `resume`')
