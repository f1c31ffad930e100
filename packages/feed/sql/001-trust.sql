-- The highest versions and serial that a mirror has accepted of one feed: nothing lower is accepted again, whatever
-- happens to the metadata files.
CREATE TABLE floors (
  feed TEXT NOT NULL,           -- fingerprint of the first root, which names the feed wherever it is served from
  name TEXT NOT NULL,           -- 'timestamp', 'snapshot', 'targets', 'root', or 'serial REPOSITORY'
  lowest INTEGER NOT NULL,
  PRIMARY KEY (feed, name)
) STRICT;
