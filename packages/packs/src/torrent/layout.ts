/*
 * A pack's .torrent is a multi-file torrent of BEP 3. Each file of `info.files` is
 * `{length, path, sha256}`, the last the 32 bytes of the object's id, and `info.repocast` is `{version: 1}`.
 * Blobs lie under their repository path, trees under `.repocast/trees/ID`, and blobs whose path is taken or
 * reserved under `.repocast/blobs/ID`.
 */

/** The version that is written, and the newest that is read. */
export const formatVersion = 1

/** The directory at the top of the torrent that belongs to repocast. */
export const reservedName = '.repocast'

export const treesName = 'trees'
export const blobsName = 'blobs'

export const idBytes = 32

/** Bytes of a piece hash. */
export const sha1Bytes = 20

/** What stands between the parts of a path and the bytes of the id. */
export const idMark = Buffer.from(`e6:sha256${idBytes}:`)

/** How the bencoded path of a tree begins. */
export const treePathStart = Buffer.from(`${reservedName.length}:${reservedName}${treesName.length}:${treesName}`)

/** How the bencoded path of a blob without a path of its own begins. */
export const blobPathStart = Buffer.from(`${reservedName.length}:${reservedName}${blobsName.length}:${blobsName}`)

/** How the bencoded path of anything in the reserved directory begins. */
export const reservedPathStart = Buffer.from(`${reservedName.length}:${reservedName}`)

/** Longest path in a torrent, in bytes: what Linux takes. */
export const longestPathBytes = 4096

/** Deepest path in a torrent: no repository comes near, and what it costs to check a path grows with its depth. */
export const mostPathParts = 32

/** Bytes of a piece that are accepted: from one block to what may be held in memory. */
export const pieceLengths = { min: 16 * 1024, max: 16 * 1024 * 1024 }

/** Most pieces: HAVE messages for more are lost in some clients. */
export const maxPieceCount = 400_000

/** Longest .torrent that is read, in bytes. */
export const maxTorrentBytes = 64 * 1024 * 1024
