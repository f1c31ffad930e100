-- How publishing went, ever.
CREATE TABLE publishes (
  repository TEXT NOT NULL,
  result TEXT NOT NULL,         -- published, unchanged, failed
  count INTEGER NOT NULL,
  seconds REAL NOT NULL,        -- sum
  last INTEGER NOT NULL,        -- when the last one ended, milliseconds since 1970
  last_seconds REAL NOT NULL,   -- what it took
  PRIMARY KEY (repository, result)
) STRICT, WITHOUT ROWID;
