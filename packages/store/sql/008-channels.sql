-- Names of repositories that point at serials, as the signed feed has them.
CREATE TABLE channels (
  repository TEXT NOT NULL,
  name TEXT NOT NULL,
  serial INTEGER NOT NULL,
  PRIMARY KEY (repository, name)
) STRICT, WITHOUT ROWID;
