import { orderCommand } from './orders.ts'

export const agentRollback = orderCommand(
  'rollback',
  'Serve an older snapshot that is still here, and stay there until `resume`',
)
