-- What a mirror with a filter has of a snapshot: a tree of its own, made of the snapshot's by leaving entries out.
CREATE TABLE selections (
  number INTEGER PRIMARY KEY,
  repository TEXT NOT NULL,
  serial INTEGER NOT NULL,
  filter TEXT NOT NULL,         -- canonical JSON
  current INTEGER NOT NULL,     -- 1: the snapshot is complete by this one, and is served by it
  root BLOB,                    -- its root tree; NULL while it is being made
  root_bytes INTEGER,
  files INTEGER,                -- that are in it
  links INTEGER,
  directories INTEGER,
  bytes INTEGER,                -- of its files
  left_files INTEGER,           -- that are left out
  left_bytes INTEGER
) STRICT;
CREATE INDEX selections_of_snapshot ON selections (repository, serial);

-- Objects that a selection needs besides its files: its trees, which are in no pack, and metadata that tells what is in.
CREATE TABLE selection_objects (
  selection INTEGER NOT NULL REFERENCES selections (number) ON DELETE CASCADE,
  object BLOB NOT NULL,
  PRIMARY KEY (selection, object)
) STRICT, WITHOUT ROWID;
CREATE INDEX selections_of_object ON selection_objects (object);

-- Repositories of which objects may be here that no filter wants any more.
CREATE TABLE narrowed (repository TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
