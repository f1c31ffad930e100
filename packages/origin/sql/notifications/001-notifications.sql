-- What webhooks are still to be told. A row goes when it was accepted, or given up.
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,   -- the order in which they are told
  webhook TEXT NOT NULL,                  -- digest of its address
  message TEXT NOT NULL,                  -- webhook-id
  type TEXT NOT NULL,                     -- of the event
  created INTEGER NOT NULL,               -- milliseconds since 1970
  body TEXT NOT NULL,                     -- JSON
  failures INTEGER NOT NULL DEFAULT 0,
  next INTEGER NOT NULL DEFAULT 0,        -- not before, milliseconds since 1970
  holds INTEGER NOT NULL DEFAULT 0,       -- 1: what comes behind it waits, too
  why TEXT                                -- the last failure
) STRICT;
CREATE INDEX deliveries_of ON deliveries (webhook, id);

-- What came of it, ever.
CREATE TABLE totals (
  webhook TEXT NOT NULL,
  result TEXT NOT NULL,                   -- accepted, failed: requests; lost: events that were given up
  count INTEGER NOT NULL,
  PRIMARY KEY (webhook, result)
) STRICT, WITHOUT ROWID;

-- What has begun and was told, and has not ended.
CREATE TABLE episodes (
  key TEXT PRIMARY KEY,
  detail TEXT NOT NULL                    -- tells one from the next
) STRICT, WITHOUT ROWID;

-- Up to which serial publishes are told. The row of the repository '' says that the table was begun.
CREATE TABLE told (
  repository TEXT PRIMARY KEY,
  serial INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
