/** A package, as people tell it from others. */
export interface ListedPackage {
  readonly name: string
  readonly architecture: string
  readonly version: string
}

/** A file of metadata that lists packages, not read yet. */
export interface PackageList {
  /** What it is the list of; there is one of a name in a tree. */
  readonly name: string
  /** Where clients find its packages: the directory of a yum repository, or a suite and component. */
  readonly place: string
  /** SHA-256 of the file: two lists with the same one have the same packages. */
  readonly id: string
  /** @throws RepocastError REPOCAST_METADATA_UNREADABLE, and what the tree throws */
  packages(signal?: AbortSignal): AsyncIterable<ListedPackage>
}
