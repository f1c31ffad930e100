-- Names that a checked-out snapshot has besides its own: what snapshots before it had there, for a time of grace.
CREATE TABLE kept_files (
  repository TEXT NOT NULL,
  generation INTEGER NOT NULL,
  path BLOB NOT NULL,           -- in the repository
  entry TEXT NOT NULL,          -- of the tree that had it, JSON
  object BLOB,                  -- SHA-256 of a file, 32 bytes; NULL for a link or a directory
  removed INTEGER NOT NULL,     -- when a snapshot without it took its place, seconds since 1970
  PRIMARY KEY (repository, generation, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_objects ON kept_files (object) WHERE object IS NOT NULL;
