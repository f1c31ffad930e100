-- When an admin asked for a round of the scrub that is not done yet, milliseconds since 1970; NULL: nobody did.
ALTER TABLE scrub ADD COLUMN ordered INTEGER;
