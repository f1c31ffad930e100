import { lookup } from 'node:dns/promises'
import { type ClientRequestArgs, Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent, type RequestOptions } from 'node:https'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Agents } from './agent-fetch.ts'

type Connected = (error: Error | null, socket: Duplex) => void
type Connect<O> = (options: O) => Duplex | null | undefined

/** Agents whose connections leave from `address`, where the server has an address of the same family. */
export function boundAgents(address: string): Agents {
  class BoundHttpAgent extends HttpAgent {
    override createConnection(options: ClientRequestArgs, done?: Connected): undefined {
      void connectFrom(address, options, bound => super.createConnection(bound), done)
    }
  }
  class BoundHttpsAgent extends HttpsAgent {
    override createConnection(options: RequestOptions, done?: Connected): undefined {
      void connectFrom(address, options, bound => super.createConnection(bound), done)
    }
  }
  return { plain: new BoundHttpAgent({ keepAlive: true }), secure: new BoundHttpsAgent({ keepAlive: true }) }
}

/** Never rejects: what is wrong with a connection is told by its socket. */
async function connectFrom<O extends ClientRequestArgs>(
  address: string,
  options: O,
  connect: Connect<O>,
  done: Connected | undefined,
): Promise<void> {
  const family = isIP(address)
  const isReached = await hasFamily(options.host ?? 'localhost', family)
  const socket = connect(isReached ? { ...options, localAddress: address, family } : options)
  if (socket) done?.(null, socket)
}

/** Whether a server, by name or address, has an address of this family. */
async function hasFamily(host: string, family: number): Promise<boolean> {
  if (isIP(host) !== 0) return isIP(host) === family
  return await lookup(host, { family }).then(
    () => true,
    () => false,
  )
}
