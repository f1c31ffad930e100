-- Symbolic links that were pointed to generations. What was served under a path that is not configured any more may
-- still be served there.
CREATE TABLE served_paths (
  path TEXT PRIMARY KEY,        -- absolute
  repository TEXT NOT NULL
) STRICT, WITHOUT ROWID;
