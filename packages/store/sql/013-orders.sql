-- Snapshots of which every object is there: they were checked out once, and are kept since.
CREATE TABLE complete_snapshots (
  repository TEXT NOT NULL,
  serial INTEGER NOT NULL,
  PRIMARY KEY (repository, serial)
) STRICT, WITHOUT ROWID;
INSERT INTO complete_snapshots
  SELECT DISTINCT repository, serial FROM generations WHERE state = 'ready' AND EXISTS (
    SELECT 1 FROM snapshots WHERE snapshots.repository = generations.repository AND snapshots.serial = generations.serial
  );

-- What the admin of a mirror has ordered. Commands write it, the daemon looks at it.
CREATE TABLE orders (
  repository TEXT PRIMARY KEY,
  held INTEGER,                 -- serial that is served at most; NULL: the newest
  accepted INTEGER              -- serial that may remove more than the guard allows
) STRICT, WITHOUT ROWID;
CREATE TABLE pins (
  repository TEXT NOT NULL,
  serial INTEGER NOT NULL,      -- of a snapshot that stays
  PRIMARY KEY (repository, serial)
) STRICT, WITHOUT ROWID;
