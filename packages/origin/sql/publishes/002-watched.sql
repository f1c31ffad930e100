-- What the daemon has published last of watched trees, so that its restart does not publish them again over a rollback.
CREATE TABLE watched (
  repository TEXT PRIMARY KEY,
  tree TEXT NOT NULL,           -- directory
  fingerprint TEXT NOT NULL,    -- of what makes a publish due
  serial INTEGER NOT NULL       -- newest snapshot then
) STRICT, WITHOUT ROWID;
