-- Reports of before lack what is reported now; each mirror reports again within a minute.
DELETE FROM mirrors;

-- What moved, in runs of so many seconds. Each resolution is filled by itself and kept for as long as is worth it.
CREATE TABLE samples (
  series TEXT NOT NULL,             -- id of a mirror; "all": the mirrors together; "origin": what the origin gave
  resolution INTEGER NOT NULL,      -- seconds
  start INTEGER NOT NULL,           -- seconds since 1970, a multiple of the resolution
  given INTEGER NOT NULL,           -- bytes, to peers and web seeds
  taken INTEGER NOT NULL,           -- bytes
  from_origin INTEGER NOT NULL,     -- bytes, of those taken
  lag_seconds INTEGER NOT NULL,     -- the longest in this time
  PRIMARY KEY (series, resolution, start)
) STRICT, WITHOUT ROWID;

-- The same for ever.
CREATE TABLE totals (
  series TEXT PRIMARY KEY,
  given INTEGER NOT NULL,
  taken INTEGER NOT NULL,
  from_origin INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
