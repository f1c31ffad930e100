import { type Logger, RepocastError } from '@repocast/errors'
import { FeedAddress, isFaultOfAddress, type Offer } from './feed-address.ts'
import type { FeedClient } from './http.ts'

export interface FeedAddressesOptions {
  /** Those to prefer first. */
  readonly urls: readonly string[]
  readonly client: FeedClient
  readonly clock: () => Date
  /** From 0 to below 1. */
  readonly random: () => number
  readonly logger: Logger
  /** How long others are waited for when one has answered. */
  readonly laggardMs?: number | undefined
}

/** What an address of the feed is to a mirror now. */
export interface FeedAddressStatus {
  readonly url: string
  /** `behind`: it gives what is older than what is trusted already. */
  readonly state: 'unknown' | 'good' | 'behind' | 'failing'
  readonly error?: { readonly code: string; readonly message: string }
}

const laggardMs = 3000
/** A mirror that relays the feed is behind for a moment at each publish; after this it is told. */
const behindTooLongMs = 15 * 60_000

/** The addresses of one feed: asks them together, and goes round those that fail. */
export class FeedAddresses {
  readonly #with: FeedAddressesOptions
  readonly #all: readonly FeedAddress[]
  /** What gave last what is trusted. */
  #best: FeedAddress | undefined

  constructor(options: FeedAddressesOptions) {
    this.#with = options
    this.#all = options.urls.map(url => new FeedAddress(url))
  }

  /**
   * What they offer, the newest first, else in their order. Those that have just failed are left alone while others
   * answer. @throws the reason of `signal`
   */
  async offers(onlyNews: boolean, signal: AbortSignal | undefined): Promise<Offer[]> {
    const now = this.#now()
    const ready = this.#all.filter(address => address.mayTry(now))
    const resting = this.#all.filter(address => !address.mayTry(now))
    const offers = await this.#ask(ready, onlyNews, signal)
    if (offers.length === 0) offers.push(...(await this.#ask(resting, onlyNews, signal)))
    const place = new Map(this.#all.map((address, index) => [address, index]))
    return offers.sort(
      (a, b) => (b.version ?? -1) - (a.version ?? -1) || (place.get(a.address) ?? 0) - (place.get(b.address) ?? 0),
    )
  }

  async #ask(addresses: readonly FeedAddress[], onlyNews: boolean, signal: AbortSignal | undefined): Promise<Offer[]> {
    const late = new AbortController()
    const limit = signal ? AbortSignal.any([signal, late.signal]) : late.signal
    const offers: Offer[] = []
    let timer: NodeJS.Timeout | undefined
    const ms = this.#with.laggardMs ?? laggardMs
    try {
      await Promise.all(
        addresses.map(async address => {
          try {
            offers.push(await address.ask(this.#with.client, onlyNews, limit))
            timer ??= setTimeout(() => late.abort(), ms)
          } catch (error) {
            signal?.throwIfAborted()
            this.failed(address, late.signal.aborted ? tooLate(address.url, ms) : error)
          }
        }),
      )
    } finally {
      clearTimeout(timer)
    }
    return offers
  }

  /** What was offered is trusted now, and others are asked for files after this one. */
  isBest(offer: Offer): void {
    this.#best = offer.address
    this.isGood(offer)
  }

  /** What was offered is trusted already. */
  isGood(offer: Offer): void {
    const { address } = offer
    if (address.isTold) this.#with.logger.info({ feed: address.url }, 'an address of the feed is good again')
    address.accepted(offer)
  }

  /** @throws `error` when it is not the fault of the address */
  failed(address: FeedAddress, error: unknown): void {
    if (!isFaultOfAddress(error)) throw error
    address.failed(error, this.#now(), this.#with.random)
  }

  /** It offers what is older than the version that is trusted. */
  behind({ address }: Offer): void {
    address.behindSince ??= this.#now()
    address.error = undefined
  }

  /** Tells once what is wrong with some, when others have made good for it. */
  tell(lowest: number): void {
    const { logger } = this.#with
    for (const address of this.#all) {
      const { url, error, behindSince, offered } = address
      if (address.isTold) continue
      if (error) {
        address.isTold = true
        logger.warn(
          { feed: url, code: error.code, error: error.message },
          'an address of the feed fails, others do not',
        )
      } else if (behindSince !== undefined && this.#now() - behindSince > behindTooLongMs) {
        address.isTold = true
        logger.warn({ feed: url, version: offered, newest: lowest }, 'an address of the feed gives what is old')
      }
    }
  }

  /** Why none was of use. `lowest` is the version of timestamp.json that is trusted. */
  failure(lowest: number): RepocastError {
    const errors = this.#all.map(address => address.error ?? rolledBack(address, lowest))
    const [first, ...others] = errors
    if (first === undefined || others.length === 0) return first ?? rolledBack(new FeedAddress(''), lowest)
    return new RepocastError(first.code, {
      message: errors.map(({ message }) => message).join('; '),
      hint: first.hint,
      cause: first,
    })
  }

  /** In the order in which to ask them for files whose hash is known. */
  inOrder(): FeedAddress[] {
    const rank = (address: FeedAddress): number => (address === this.#best ? 0 : address.error ? 2 : 1)
    return [...this.#all].sort((a, b) => rank(a) - rank(b))
  }

  /** `HOST:PORT` of those that say that they are peers. */
  peers(): string[] {
    return this.#all.flatMap(({ peer }) => (peer === undefined ? [] : [peer]))
  }

  status(): FeedAddressStatus[] {
    return this.#all.map(({ url, error, behindSince, offered }) => {
      if (error) return { url, state: 'failing', error: { code: error.code, message: error.message.slice(0, 900) } }
      return { url, state: behindSince !== undefined ? 'behind' : offered === undefined ? 'unknown' : 'good' }
    })
  }

  #now(): number {
    return this.#with.clock().getTime()
  }
}

function tooLate(url: string, ms: number): RepocastError {
  return new RepocastError('REPOCAST_FEED_UNREACHABLE', {
    message: `the feed ${url} had not answered ${ms / 1000} s after another address of it`,
  })
}

function rolledBack({ url, offered }: FeedAddress, lowest: number): RepocastError {
  return new RepocastError('REPOCAST_FEED_ROLLED_BACK', {
    message: `the feed ${url} has timestamp ${offered ?? 0}, and ${lowest} was seen before`,
    hint: 'the origin was restored from an old backup, or somebody replays an old feed; ask its operator',
  })
}
