/** What kind of trouble a code is; exit codes and HTTP statuses are chosen from it. */
export type ErrorKind =
  | 'usage' // the command line is wrong
  | 'configuration' // a configuration file or a link is wrong
  | 'input' // what is to be published or served is not acceptable
  | 'integrity' // bytes, signatures or metadata are not what they must be
  | 'network' // something out there does not answer as it should
  | 'disk' // the filesystem refuses
  | 'conflict' // somebody else holds it, or it exists already
  | 'missing' // it is not there
  | 'internal' // a mistake of ours

interface CodeEntry {
  readonly kind: ErrorKind
  /** One sentence for docs/errors.md. */
  readonly meaning: string
}

/** Register of all codes. A code never changes its meaning; docs/errors.md lists the same codes (tested). */
export const errorCodes = {
  // objects
  REPOCAST_OBJECT_BAD_ID: { kind: 'integrity', meaning: 'An object id is not 64 lower-case hexadecimal digits.' },
  REPOCAST_NAME_UNSAFE: { kind: 'input', meaning: 'A name is empty, `.`, `..`, or holds `/` or NUL.' },
  REPOCAST_LINK_ESCAPES: { kind: 'input', meaning: 'A symbolic link leads out of the repository.' },
  REPOCAST_TREE_MALFORMED: { kind: 'integrity', meaning: 'The bytes of a tree object are not a canonical tree.' },
  REPOCAST_RECORD_MALFORMED: { kind: 'integrity', meaning: 'A snapshot record is not what its format demands.' },
  REPOCAST_FORMAT_TOO_NEW: {
    kind: 'integrity',
    meaning: 'The data was written by a newer repocast in a format version that this one does not know.',
  },
  REPOCAST_REPOSITORY_BAD_NAME: {
    kind: 'usage',
    meaning: 'A repository name is not made of a to z, 0 to 9, `.`, `_`, `-`, or is too long.',
  },
  REPOCAST_MIRROR_UNKNOWN: { kind: 'missing', meaning: 'No mirror with this id has reported.' },
  REPOCAST_REPOSITORY_UNKNOWN: { kind: 'missing', meaning: 'No repository of this name is published here.' },
  // repositories
  REPOCAST_METADATA_UNREADABLE: {
    kind: 'integrity',
    meaning: 'The packages of a tree cannot be listed, because its metadata is missing or damaged.',
  },
  REPOCAST_CHECK_FAILED: {
    kind: 'input',
    meaning: 'The check of a tree found errors that are not allowed; docs/findings.md explains their codes.',
  },
  REPOCAST_FINDING_UNKNOWN: { kind: 'usage', meaning: 'A code that is to be allowed is not the code of any rule.' },
  REPOCAST_KEYRING_UNUSABLE: {
    kind: 'configuration',
    meaning: 'A file of OpenPGP keys, for checking signatures of repositories, is missing or holds no key.',
  },
  // packs
  REPOCAST_PACK_MALFORMED: {
    kind: 'integrity',
    meaning: 'A .torrent is not that of a pack, or its parts do not fit together.',
  },
  REPOCAST_PACK_TOO_BIG: { kind: 'integrity', meaning: 'A .torrent is larger than what is read.' },
  REPOCAST_PACK_UNSAFE_PATH: {
    kind: 'integrity',
    meaning: 'A path in a .torrent climbs, collides with another, or is no path at all.',
  },
  REPOCAST_PACK_CONTENT_MISMATCH: {
    kind: 'integrity',
    meaning: 'The bytes of an object that is to be packed are not those of its id.',
  },
  // store
  REPOCAST_OBJECT_MISSING: { kind: 'missing', meaning: 'An object that is needed is not in the store.' },
  REPOCAST_OBJECT_ROTTEN: { kind: 'integrity', meaning: 'The bytes of an object on the disk are not those of its id.' },
  REPOCAST_PACK_UNKNOWN: { kind: 'missing', meaning: 'The store does not know a pack with this info-hash.' },
  REPOCAST_PACK_OBJECT_MISMATCH: {
    kind: 'integrity',
    meaning: 'All pieces of an object came right, but its bytes are not those of its id.',
  },
  REPOCAST_SERVED_PATH_TAKEN: { kind: 'conflict', meaning: 'The served path exists and is not a symbolic link.' },
  // files
  REPOCAST_DISK_FULL: { kind: 'disk', meaning: 'A filesystem has no space left, or a quota is used up.' },
  REPOCAST_DISK_NO_ROOM: {
    kind: 'disk',
    meaning: 'What is to be fetched does not fit beside the reserve that stays free.',
  },
  REPOCAST_DISK_REFUSED: {
    kind: 'disk',
    meaning: 'A filesystem refuses to read or write (rights, read-only, I/O error, open files).',
  },
  // api
  REPOCAST_REPORT_REFUSED: {
    kind: 'input',
    meaning: 'A report of a mirror is not signed, not recent, or not what its schema demands.',
  },
  // database
  REPOCAST_DATABASE_FOREIGN: { kind: 'conflict', meaning: 'A database file belongs to another program or purpose.' },
  REPOCAST_DATABASE_CORRUPT: { kind: 'disk', meaning: 'A database file is damaged.' },
  REPOCAST_CATALOG_INCOMPLETE: {
    kind: 'disk',
    meaning: 'The catalog does not know a pack that a kept snapshot needs, so nothing is removed.',
  },
  REPOCAST_DATABASE_UNUSABLE: { kind: 'disk', meaning: 'A database file cannot be opened, made or written.' },
  // feed
  REPOCAST_LINK_MALFORMED: { kind: 'configuration', meaning: 'A text is not a subscription link.' },
  REPOCAST_KEY_UNUSABLE: { kind: 'configuration', meaning: 'A signing key is missing or cannot be read.' },
  REPOCAST_FEED_EXISTS: { kind: 'conflict', meaning: 'There is a feed already where one is to be made.' },
  REPOCAST_FEED_DAMAGED: { kind: 'disk', meaning: "A file of the origin's own feed is missing or cannot be read." },
  REPOCAST_SNAPSHOT_UNKNOWN: { kind: 'missing', meaning: 'No snapshot with this serial is published.' },
  REPOCAST_CHANNEL_BAD_NAME: {
    kind: 'usage',
    meaning: 'The name of a channel is not made of a to z, 0 to 9, `.`, `_`, `-`, or does not begin with a letter.',
  },
  REPOCAST_CHANNEL_UNKNOWN: { kind: 'missing', meaning: 'A repository has no channel of this name.' },
  REPOCAST_CHANNELS_MALFORMED: {
    kind: 'integrity',
    meaning: 'The file of the channels of a repository is not what its format demands.',
  },
  REPOCAST_SNAPSHOT_NEWEST: {
    kind: 'conflict',
    meaning: 'The newest snapshot of a repository cannot be taken out of the feed.',
  },
  REPOCAST_FEED_UNREACHABLE: { kind: 'network', meaning: 'A file of the feed cannot be fetched.' },
  REPOCAST_FEED_TOO_BIG: { kind: 'network', meaning: 'A file of the feed is longer than it may be.' },
  REPOCAST_FEED_EXPIRED: {
    kind: 'integrity',
    meaning: 'The metadata of a feed has expired (freeze attack, dead origin, wrong clock).',
  },
  REPOCAST_FEED_ROLLED_BACK: {
    kind: 'integrity',
    meaning: 'A feed is older than what was seen of it before (rollback attack).',
  },
  REPOCAST_FEED_BAD_SIGNATURE: {
    kind: 'integrity',
    meaning: 'A feed is not signed by keys that are trusted, or a file is not what was signed.',
  },
  REPOCAST_FEED_MALFORMED: { kind: 'integrity', meaning: 'The metadata of a feed is not what TUF demands.' },
  REPOCAST_FEED_WRONG_ROOT: {
    kind: 'integrity',
    meaning: 'The first root of a feed is not the one that the subscription link names.',
  },
  REPOCAST_TORRENT_MISMATCH: {
    kind: 'integrity',
    meaning: 'A .torrent is not the one that the snapshot record names.',
  },
  // swarm
  REPOCAST_SWARM_PORT_UNAVAILABLE: { kind: 'conflict', meaning: 'The port for peers cannot be listened on.' },
  REPOCAST_SWARM_PACK_EXISTS: { kind: 'conflict', meaning: 'A pack is added to the swarm that is in it already.' },
  REPOCAST_SWARM_PACK_UNKNOWN: { kind: 'missing', meaning: 'The swarm does not share a pack with this info-hash.' },
  REPOCAST_SWARM_CLOSED: { kind: 'conflict', meaning: 'The swarm is closed, or the pack was taken out of it.' },
  REPOCAST_SWARM_STORAGE_FAILED: { kind: 'disk', meaning: 'A piece of a pack could not be stored or read.' },
  REPOCAST_SWARM_TRACKER_FAILED: { kind: 'network', meaning: 'A tracker does not answer as it should.' },
  REPOCAST_SWARM_WEB_SEED_FAILED: { kind: 'network', meaning: 'A web seed does not give the bytes asked for.' },
  // tracker
  REPOCAST_TRACKER_CANNOT_LISTEN: { kind: 'conflict', meaning: 'The UDP port of the tracker is taken or not allowed.' },
  REPOCAST_TRACKER_LIST_MISSING: {
    kind: 'configuration',
    meaning: 'The list or directory of torrents that a tracker tracks cannot be read.',
  },
  REPOCAST_TRACKER_LIST_WRONG: { kind: 'configuration', meaning: 'A line of the list of torrents is no info-hash.' },
  REPOCAST_TRACKER_RUNNING: { kind: 'conflict', meaning: 'Another tracker runs on this data directory.' },
  // daemon
  REPOCAST_QUANTITY_MALFORMED: { kind: 'usage', meaning: 'A duration or size cannot be read.' },
  REPOCAST_TIME_ZONE_UNKNOWN: { kind: 'configuration', meaning: 'There is no time zone of that name.' },
  REPOCAST_CONFIGURATION_MISSING: { kind: 'configuration', meaning: 'A configuration file cannot be read.' },
  REPOCAST_CONFIGURATION_WRONG: { kind: 'configuration', meaning: 'A configuration file breaks its schema.' },
  REPOCAST_HTTP_CANNOT_LISTEN: { kind: 'conflict', meaning: 'The address or port for HTTP is taken or not allowed.' },
  REPOCAST_HTTP_NOT_FOUND: { kind: 'missing', meaning: 'There is nothing under the URL.' },
  REPOCAST_HTTP_FORBIDDEN: { kind: 'missing', meaning: 'What is under the URL is not given out.' },
  REPOCAST_HTTP_BAD_REQUEST: { kind: 'usage', meaning: 'An HTTP request cannot be understood.' },
  REPOCAST_NO_MIRROR: { kind: 'network', meaning: 'No public mirror serves the newest snapshot of a repository.' },
  REPOCAST_HTTP_TOKEN_NEEDED: { kind: 'usage', meaning: 'A page is only for those who send the right token.' },
  REPOCAST_WEBHOOK_SECRET_UNUSABLE: {
    kind: 'configuration',
    meaning: 'The secret of a webhook is missing, cannot be read, or is not of the form of Standard Webhooks.',
  },
  REPOCAST_WEBHOOK_FAILED: { kind: 'network', meaning: 'A webhook does not take what it is told.' },
  REPOCAST_HTTP_TOO_OFTEN: { kind: 'usage', meaning: 'An address asks more often than it may.' },
  REPOCAST_HTTP_BUSY: { kind: 'conflict', meaning: 'Too many clients listen to events already.' },
  REPOCAST_USAGE: { kind: 'usage', meaning: 'A command line is not one that repocast knows.' },
  REPOCAST_INTERNAL: { kind: 'internal', meaning: 'A mistake of repocast; the log tells more.' },
  // origin
  REPOCAST_ORIGIN_EXISTS: {
    kind: 'conflict',
    meaning: 'There is an origin already in a directory where one is to be made.',
  },
  REPOCAST_ORIGIN_RUNNING: { kind: 'conflict', meaning: 'An origin runs on this data directory already.' },
  REPOCAST_SERIAL_MALFORMED: { kind: 'usage', meaning: 'A text is not the serial of a snapshot.' },
  REPOCAST_SNAPSHOT_COLLECTED: {
    kind: 'missing',
    meaning: 'The origin has not kept all that an old snapshot is made of.',
  },
  REPOCAST_TREE_NOT_FOUND: { kind: 'usage', meaning: 'The tree that is to be published is not a directory.' },
  REPOCAST_TREE_UNSTABLE: { kind: 'input', meaning: 'A file or directory changes or vanishes while it is published.' },
  REPOCAST_TREE_SPECIAL_FILE: {
    kind: 'input',
    meaning: 'A tree holds something that cannot be published: a device, pipe or socket, or an impossible time.',
  },
  REPOCAST_PUBLISH_ENDED: {
    kind: 'internal',
    meaning: 'The process that publishes for the daemon ended before it was done.',
  },
  // agent
  REPOCAST_AGENT_RUNNING: { kind: 'conflict', meaning: 'An agent runs on this data directory already.' },
  REPOCAST_AGENT_NOT_RUNNING: {
    kind: 'missing',
    meaning: 'No agent answers on the address that its configuration names.',
  },
  REPOCAST_AGENT_SICK: { kind: 'configuration', meaning: 'The doctor has found something that is broken.' },
  REPOCAST_CONFIGURATION_EXISTS: {
    kind: 'conflict',
    meaning: 'There is a configuration already where one is to be written.',
  },
  REPOCAST_ADOPT_NOT_POSSIBLE: { kind: 'usage', meaning: 'A directory cannot be adopted as it was said.' },
  REPOCAST_DAMAGE_FOUND: { kind: 'integrity', meaning: 'Files of a mirror are not what they must be.' },
  REPOCAST_DAMAGE_LEFT: {
    kind: 'integrity',
    meaning: 'Damaged objects of a mirror could not be fetched again in the time given.',
  },
  REPOCAST_SNAPSHOT_INCOMPLETE: { kind: 'integrity', meaning: 'No pack of a snapshot holds an object that it needs.' },
  REPOCAST_SNAPSHOT_BROKEN: {
    kind: 'integrity',
    meaning: 'A snapshot breaks rules for its kind, so that clients could not use it; what was served before stays.',
  },
  REPOCAST_AGENT_NO_DATA: { kind: 'missing', meaning: 'No agent has worked on the data directory yet.' },
  REPOCAST_SNAPSHOT_WIPES: {
    kind: 'conflict',
    meaning: 'A snapshot would remove more files than `wipe-guard` allows, and waits for an admin.',
  },
  REPOCAST_SWAP_VETOED: {
    kind: 'conflict',
    meaning: "The admin's hook pre-swap does not let a snapshot be served; what was served before stays.",
  },
  REPOCAST_TRANSFER_VETOED: {
    kind: 'conflict',
    meaning: "The admin's hook on-transfer does not let a snapshot be fetched.",
  },
  REPOCAST_SNAPSHOT_NOT_KEPT: {
    kind: 'missing',
    meaning: 'A mirror does not have the snapshot that it is told to serve.',
  },
  REPOCAST_REPOSITORY_UNCLEAR: {
    kind: 'usage',
    meaning: 'A command names no repository of this mirror, or none where there are several.',
  },
  REPOCAST_FILTER_TAKES_NOTHING: {
    kind: 'configuration',
    meaning: 'The filter of a repository leaves out every file of a snapshot.',
  },
  REPOCAST_REPOSITORY_FOLLOWED: {
    kind: 'conflict',
    meaning: 'A repository that is to be forgotten is followed still.',
  },
  REPOCAST_NOTHING_PUBLISHED: { kind: 'missing', meaning: 'The feed has no snapshot of the repository yet.' },
} as const satisfies Record<string, CodeEntry>

/** A stable code, `REPOCAST_AREA_WHAT`. */
export type ErrorCode = keyof typeof errorCodes
