-- Swaps after which something is still to be done, such as a hook. Noted before the swap, so that a crash loses none.
CREATE TABLE unsettled_swaps (
  repository TEXT PRIMARY KEY,
  serial INTEGER NOT NULL,
  previous INTEGER,             -- serial that was served before; NULL: none was
  time INTEGER NOT NULL,        -- of the swap, milliseconds since 1970
  hooked INTEGER                -- serial for which the hook was run last; NULL: for none yet
) STRICT, WITHOUT ROWID;

-- Snapshots that a mirror may not serve yet, because their delay is not over.
CREATE TABLE waiting_snapshots (
  repository TEXT NOT NULL,
  serial INTEGER NOT NULL,
  learned INTEGER NOT NULL,     -- when the mirror was told of it, milliseconds since 1970
  is_ready INTEGER NOT NULL,    -- 1: all of it is here, and checked
  PRIMARY KEY (repository, serial)
) STRICT, WITHOUT ROWID;

-- Names that a mirror itself gives to a checked-out snapshot, besides those that it has, such as a trace file.
CREATE TABLE added_names (
  repository TEXT NOT NULL,
  generation INTEGER NOT NULL,
  path BLOB NOT NULL,           -- in the repository
  type TEXT NOT NULL,           -- f or d
  PRIMARY KEY (repository, generation, path)
) STRICT, WITHOUT ROWID;
