-- Objects that were damaged or gone, and are to be fetched again; a row goes when they lie in all generations again.
CREATE TABLE lost (
  object BLOB PRIMARY KEY,      -- SHA-256, 32 bytes
  what TEXT NOT NULL            -- what was wrong with it
) STRICT, WITHOUT ROWID;

-- The one row says how far the scrub is. Times in milliseconds since 1970.
CREATE TABLE scrub (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  started INTEGER,              -- the round under way; NULL: none is
  position BLOB NOT NULL,       -- last object that was checked in it
  objects INTEGER NOT NULL,     -- checked in it
  bytes INTEGER NOT NULL,
  finished INTEGER,             -- end of the last round; NULL: there was none
  found INTEGER NOT NULL,       -- damages, in all rounds
  healed INTEGER NOT NULL
) STRICT;
INSERT INTO scrub VALUES (1, NULL, x'', 0, 0, NULL, 0, 0);
