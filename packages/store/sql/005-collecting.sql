-- Objects whose rows are gone, and whose files are being removed: what a crash leaves of them is removed when the store
-- is opened.
CREATE TABLE removing (
  id BLOB PRIMARY KEY           -- of the object
) STRICT, WITHOUT ROWID;

-- Collections that were made, newest last; a few are kept.
CREATE TABLE collections (
  number INTEGER PRIMARY KEY,
  finished INTEGER NOT NULL,    -- milliseconds since 1970
  snapshots INTEGER NOT NULL,
  packs INTEGER NOT NULL,
  objects INTEGER NOT NULL,
  bytes INTEGER NOT NULL        -- of the objects
) STRICT;
