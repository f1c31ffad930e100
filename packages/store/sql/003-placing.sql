-- Objects that are on the way from `partial` to their final names: what a crash left between the renames and their
-- record in `objects` is looked at when the store is opened. 40 bytes per object: id, size.
CREATE TABLE placing (
  number INTEGER PRIMARY KEY,
  objects BLOB NOT NULL
) STRICT;
