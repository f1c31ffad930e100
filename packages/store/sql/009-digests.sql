-- Digests of objects besides their ids, for the checks of trees whose metadata names others, so that an object is read
-- for each once.
CREATE TABLE digests (
  object BLOB NOT NULL REFERENCES objects (id) ON DELETE CASCADE,
  algorithm TEXT NOT NULL,      -- sha512, sha384, sha224, sha1, md5
  digest BLOB NOT NULL,
  PRIMARY KEY (object, algorithm)
) STRICT, WITHOUT ROWID;
