-- What the origin knows of source directories: one whose entries look the same is the same tree. Rows by directory,
-- because a question for each of a million files would take longer than to look at them.
DROP TABLE scanned;
CREATE TABLE scanned_directories (
  source BLOB NOT NULL,         -- absolute path of the published tree, bytes
  path BLOB NOT NULL,           -- of the directory in it, bytes; empty for the top
  looks BLOB NOT NULL,          -- how its entries looked, see origin/src/scan/looks.ts
  files BLOB NOT NULL,          -- what its files were, in the same order
  tree BLOB NOT NULL,           -- id of its tree object
  tree_bytes INTEGER NOT NULL,
  PRIMARY KEY (source, path)
) STRICT, WITHOUT ROWID;
