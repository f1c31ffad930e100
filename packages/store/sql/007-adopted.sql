-- Files of a directory that is being adopted, as they looked when they were hashed. Empty when no adoption is under way.
CREATE TABLE adopted (
  path BLOB PRIMARY KEY,        -- absolute, bytes
  size INTEGER NOT NULL,        -- bytes
  mtime INTEGER NOT NULL,       -- nanoseconds
  ctime INTEGER NOT NULL,       -- nanoseconds
  inode INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
