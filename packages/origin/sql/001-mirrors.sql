-- The last report of each mirror.
CREATE TABLE mirrors (
  id TEXT PRIMARY KEY,          -- fingerprint of the agent's key
  address TEXT NOT NULL,        -- that the report came from
  reported INTEGER NOT NULL,    -- milliseconds since 1970
  status TEXT NOT NULL          -- AgentStatus as JSON
) STRICT;
