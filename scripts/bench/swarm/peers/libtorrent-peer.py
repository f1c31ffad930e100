#!/usr/bin/python3
"""A libtorrent client: libtorrent-peer.py seeder|leecher TORRENT DIRECTORY DONE [LISTEN [PEER]]. Seeds until it is killed.

LISTEN and PEER are HOST:PORT: where it listens, then over TCP only, and whom it calls besides those that the tracker names.
"""
import sys, time
import libtorrent as lt

role, torrent, directory, done = sys.argv[1:5]
listen = sys.argv[5] if len(sys.argv) > 5 else "0.0.0.0:6881"
peer = sys.argv[6] if len(sys.argv) > 6 else ""
has_utp = len(sys.argv) <= 5
session = lt.session({
    "listen_interfaces": listen, "enable_dht": False, "enable_lsd": False, "enable_upnp": False,
    "enable_natpmp": False, "allow_multiple_connections_per_ip": True, "connections_limit": 200,
    "enable_outgoing_utp": has_utp, "enable_incoming_utp": has_utp,
    "unchoke_slots_limit": 100, "mixed_mode_algorithm": 0, "alert_mask": 0, "out_enc_policy": 2, "in_enc_policy": 2,
})
params = lt.add_torrent_params()
params.ti = lt.torrent_info(torrent)
params.save_path = directory
if role == "seeder":
    params.flags |= lt.torrent_flags.seed_mode
handle = session.add_torrent(params)
if peer:
    host, port = peer.rsplit(":", 1)
    handle.connect_peer((host, int(port)))
while not handle.status().is_seeding:
    time.sleep(0.02)
open(done, "w").close()
while True:
    time.sleep(3600)
