-- The peers of each swarm, so that they survive a restart. One row for each family of addresses: written as a whole,
-- because all of a swarm announce again within an interval.
CREATE TABLE peers (
  info_hash TEXT NOT NULL,      -- hexadecimal
  address_bytes INTEGER NOT NULL, -- 4 (IPv4) or 16 (IPv6)
  leechers INTEGER NOT NULL,    -- the first so many records are leechers, the others seeders
  records BLOB NOT NULL,        -- per peer: address, port (16 bits), expires (32 bits, seconds since 1970),
                                -- uploaded and downloaded bytes (floats of 64 bits); all big endian
  PRIMARY KEY (info_hash, address_bytes)
) STRICT;

ALTER TABLE totals ADD COLUMN updated INTEGER NOT NULL DEFAULT 0; -- seconds since 1970
CREATE INDEX totals_updated ON totals (updated);
