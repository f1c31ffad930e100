import { join } from 'node:path'

/** Where an origin keeps its things in the data directory, besides the store. Pure. */
export class OriginLayout {
  readonly directory: string

  constructor(directory: string) {
    this.directory = directory
  }

  get configuration(): string {
    return join(this.directory, 'origin.yaml')
  }

  /** What is served under /feed/. */
  get feed(): string {
    return join(this.directory, 'feed')
  }

  get keys(): string {
    return join(this.directory, 'keys')
  }

  get tracker(): string {
    return join(this.directory, 'tracker.sqlite')
  }

  get mirrors(): string {
    return join(this.directory, 'mirrors.sqlite')
  }

  /** How publishing went. */
  get publishes(): string {
    return join(this.directory, 'publishes.sqlite')
  }

  /** What webhooks are still to be told. */
  get notifications(): string {
    return join(this.directory, 'notifications.sqlite')
  }

  /** Nodes of the DHT, for the next start. */
  get dhtNodes(): string {
    return join(this.directory, 'dht-nodes')
  }

  /** Held by whoever changes store or feed. */
  get publishLock(): string {
    return join(this.directory, 'publish.lock')
  }

  /** Held by the daemon as long as it runs. */
  get daemonLock(): string {
    return join(this.directory, 'daemon.lock')
  }
}
