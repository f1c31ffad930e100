/** A tracker to be measured. */
export interface TrackerKind {
  readonly name: string
  /** What it needs that is not here. */
  missing(): string | undefined
  /** The command that runs it, for HTTP and UDP on one port of 127.0.0.1, for these torrents (hexadecimal) only. */
  command(directory: string, port: number, infoHashes: readonly string[]): Promise<readonly string[]>
}
