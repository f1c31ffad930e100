-- What the tracker counted of each swarm, ever.
CREATE TABLE totals (
  info_hash TEXT PRIMARY KEY,   -- hexadecimal
  completed INTEGER NOT NULL,
  uploaded INTEGER NOT NULL,    -- bytes that peers said to have given
  downloaded INTEGER NOT NULL   -- bytes that peers said to have taken
) STRICT;
