-- From what the next selection by the same filter is made: JSON; NULL: it is made anew.
ALTER TABLE selections ADD COLUMN state TEXT;
-- At how many places of the filtered tree a tree object is that is none of the snapshot's; 0: it is needed otherwise.
ALTER TABLE selection_objects ADD COLUMN places INTEGER NOT NULL DEFAULT 0;
