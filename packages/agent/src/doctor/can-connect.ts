import { connect, isIP } from 'node:net'

const connectMs = 5000

export interface CallOptions {
  readonly signal: AbortSignal
  /** Where peers are called from. */
  readonly bindAddress: string | undefined
}

/** Whether somebody listens at `host:port`, IPv6 in brackets. */
export async function canConnect(address: string, { bindAddress = '', signal }: CallOptions): Promise<boolean> {
  const colon = address.lastIndexOf(':')
  return await new Promise(resolve => {
    const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
    const port = Number(address.slice(colon + 1))
    const from = isIP(host) === isIP(bindAddress) ? { localAddress: bindAddress } : {}
    const socket = connect({ host, port, signal, ...from })
    const end = (isThere: boolean): void => {
      socket.destroy()
      resolve(isThere)
    }
    socket.setTimeout(connectMs, () => end(false))
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}
