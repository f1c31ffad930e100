import { join, resolve } from 'node:path'

/** Where a tracker that runs alone keeps its things. Pure. */
export class TrackerLayout {
  readonly directory: string

  constructor(directory: string) {
    this.directory = directory
  }

  get configuration(): string {
    return join(this.directory, 'tracker.yaml')
  }

  get database(): string {
    return join(this.directory, 'tracker.sqlite')
  }

  /** Held as long as it runs. */
  get lock(): string {
    return join(this.directory, 'daemon.lock')
  }

  /** A path of the configuration. */
  path(configured: string): string {
    return resolve(this.directory, configured)
  }
}
