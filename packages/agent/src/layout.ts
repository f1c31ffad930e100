import { join } from 'node:path'
import type { SubscriptionLink } from '@repocast/feed'
import { Layout } from '@repocast/store'

/** Where an agent keeps its things in the data directory, besides the store. Pure. */
export class AgentLayout {
  readonly directory: string

  constructor(directory: string) {
    this.directory = directory
  }

  get configuration(): string {
    return join(this.directory, 'agent.yaml')
  }

  /** The store's, which commands open beside a running agent. */
  get catalog(): string {
    return new Layout(this.directory).catalog
  }

  /** Files by their content, made with the first thing that an agent does here. */
  get objects(): string {
    return new Layout(this.directory).objects
  }

  /** The agent's own key, for its reports. */
  get key(): string {
    return join(this.directory, 'agent.pem')
  }

  /** Floors of trust. */
  get trust(): string {
    return join(this.directory, 'trust.sqlite')
  }

  /** Nodes of the DHT, for the next start. */
  get dhtNodes(): string {
    return join(this.directory, 'dht-nodes')
  }

  /** Held by the process that works on the directory. */
  get lock(): string {
    return join(this.directory, 'agent.lock')
  }

  /** Trusted metadata of all feeds. */
  get feeds(): string {
    return join(this.directory, 'feeds')
  }

  /** Trusted metadata of a feed, one place for each repository that is followed. */
  feed({ rootFingerprint, repository }: SubscriptionLink): string {
    return join(this.feeds, `${rootFingerprint.slice(0, 16)}-${repository}`)
  }

  /** The same feed as this agent gives it on. */
  relay(link: SubscriptionLink): string {
    return join(this.feed(link), 'relay')
  }
}
