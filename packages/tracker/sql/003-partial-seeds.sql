-- Records have one byte more: whether the peer is a partial seed. Peers that were kept announce again within an interval.
DELETE FROM peers;
