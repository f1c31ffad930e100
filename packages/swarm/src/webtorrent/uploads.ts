import type { Wire } from 'webtorrent'
import type { Budget } from '../limits/budget.ts'
import type { DirectStream } from './direct-stream.ts'
import { type BlockRequest, UploadQueue } from './upload-queue.ts'

export interface UploadOptions {
  /** Requests that may wait for their turn. */
  readonly maxRequests: number
  /** What uploads draw on. */
  readonly budget: Budget
  isServable(request: BlockRequest): boolean
  read(request: BlockRequest): Promise<Uint8Array>
  /** The peer asks for a block that it will get. */
  onRequest(request: BlockRequest): void
  /** So many bytes of a block were sent. */
  onSent(bytes: number): void
  /** The peer broke a rule, and is to be disconnected. */
  onViolation(what: string): void
}

/** Answers the requests of one peer by an upload queue, in place of webtorrent, which reads and keeps every block at once. */
export function serveUploads(wire: Wire, stream: DirectStream, options: UploadOptions): void {
  const refuse = ({ piece, offset, length }: BlockRequest) => {
    if (wire.hasFast && !wire.destroyed) wire.reject(piece, offset, length)
  }
  const queue = new UploadQueue(
    {
      get isFree() {
        return stream.isFree
      },
      get isChoking() {
        return wire.amChoking
      },
      read: request => options.read(request),
      send({ piece, offset }, bytes) {
        stream.sendBlock(piece, offset, bytes)
        options.onSent(bytes.length)
      },
      refuse,
      served: () => pumpSoon(),
    },
    options.budget,
  )
  let isScheduled = false
  const pumpSoon = () => {
    if (isScheduled) return
    isScheduled = true
    setImmediate(() => {
      isScheduled = false
      queue.pump()
    })
  }
  stream.whenFree(pumpSoon)
  wire.once('close', () => queue.close())
  Object.assign(wire, {
    _onRequest(piece: number, offset: number, length: number) {
      const request = { piece, offset, length }
      if (options.isServable(request)) {
        if (queue.length >= options.maxRequests) {
          if (wire.hasFast) refuse(request)
          else options.onViolation('asks for more than it reads')
        } else if (wire.amChoking) refuse(request)
        else {
          options.onRequest(request)
          queue.add(request)
        }
      } else if (wire.hasFast) refuse(request)
      else options.onViolation('asks for what is not there')
    },
    _onCancel(piece: number, offset: number, length: number) {
      queue.cancel({ piece, offset, length })
      pumpSoon()
    },
  })
}
