import { once } from 'node:events'
import { createServer } from 'node:net'
import { parseListen } from '@repocast/daemon'
import { systemErrorCode } from '@repocast/errors'
import type { AgentConfiguration } from '../configuration.ts'
import { broken, type Diagnosis, fine } from './finding.ts'

/** Whether the ports of the configuration can be listened on. For when no agent runs. */
export async function lookAtPorts(configuration: AgentConfiguration): Promise<Diagnosis[]> {
  const { host, port } = parseListen(configuration.listen)
  return [
    await lookAtPort('port for HTTP', host, port, '`listen`'),
    await lookAtPort(
      'port for peers',
      configuration['bind-address'],
      configuration['peer-port'],
      '`peer-port` or `bind-address`',
    ),
  ]
}

async function lookAtPort(what: string, host: string | undefined, port: number, key: string): Promise<Diagnosis> {
  const name = `TCP port ${port}${host === undefined ? '' : ` of ${host}`}`
  const server = createServer()
  try {
    await once(server.listen({ port, host }), 'listening')
    return fine(what, port === 0 ? 'any free one is taken' : `${name} is free`)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'EADDRINUSE') return broken(what, `${name} is used by another program`, `stop that, or change ${key}`)
    return broken(
      what,
      `${name} cannot be listened on (${code})`,
      `name an address of this host and a port from 1024 on in ${key}`,
    )
  } finally {
    server.close()
  }
}
