-- The catalog: an index of what lies in the data directory. Ids and hashes are raw bytes.

-- Objects that lie whole under their final name.
CREATE TABLE objects (
  id BLOB PRIMARY KEY,          -- SHA-256, 32 bytes
  size INTEGER NOT NULL         -- bytes
) STRICT, WITHOUT ROWID;

-- Packs whose .torrent lies in torrents/.
CREATE TABLE packs (
  number INTEGER PRIMARY KEY,
  info_hash BLOB NOT NULL UNIQUE, -- SHA-1, 20 bytes
  bytes INTEGER NOT NULL,         -- of the pack's content
  objects INTEGER NOT NULL,
  torrent_id BLOB NOT NULL,       -- SHA-256 of the .torrent
  torrent_bytes INTEGER NOT NULL
) STRICT;

CREATE TABLE pack_objects (
  object BLOB NOT NULL,
  pack INTEGER NOT NULL REFERENCES packs (number) ON DELETE CASCADE,
  PRIMARY KEY (object, pack)
) STRICT, WITHOUT ROWID;
CREATE INDEX objects_of_pack ON pack_objects (pack);

-- Pieces that were durable when the row was written, as a bitfield (BEP 3).
CREATE TABLE pieces (
  pack INTEGER PRIMARY KEY REFERENCES packs (number) ON DELETE CASCADE,
  have BLOB NOT NULL
) STRICT;

CREATE TABLE snapshots (
  repository TEXT NOT NULL,
  serial INTEGER NOT NULL,
  record BLOB NOT NULL,         -- the snapshot record as it was signed
  PRIMARY KEY (repository, serial)
) STRICT;

CREATE TABLE snapshot_packs (
  repository TEXT NOT NULL,
  serial INTEGER NOT NULL,
  info_hash BLOB NOT NULL,
  PRIMARY KEY (repository, serial, info_hash),
  FOREIGN KEY (repository, serial) REFERENCES snapshots ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Checked-out snapshots. While one is `building`, its directory is on the way from `base` to `root`.
CREATE TABLE generations (
  repository TEXT NOT NULL,
  number INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('building', 'ready')),
  serial INTEGER NOT NULL,      -- of the snapshot that it holds, or will hold
  root BLOB NOT NULL,           -- root tree that it holds, or will hold
  base BLOB,                    -- root tree that it held before; NULL: nothing
  PRIMARY KEY (repository, number)
) STRICT;

-- What the origin knows of source files: a file that looks the same is not read again.
CREATE TABLE scanned (
  path BLOB PRIMARY KEY,        -- absolute, bytes
  size INTEGER NOT NULL,        -- bytes
  mtime INTEGER NOT NULL,       -- nanoseconds
  ctime INTEGER NOT NULL,       -- nanoseconds
  inode INTEGER NOT NULL,
  id BLOB NOT NULL
) STRICT, WITHOUT ROWID;
