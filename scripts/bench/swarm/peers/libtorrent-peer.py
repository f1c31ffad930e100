#!/usr/bin/python3
"""A libtorrent client: libtorrent-peer.py seeder|leecher TORRENT DIRECTORY DONE. Seeds until it is killed."""
import sys, time
import libtorrent as lt

role, torrent, directory, done = sys.argv[1:]
session = lt.session({
    "listen_interfaces": "0.0.0.0:6881", "enable_dht": False, "enable_lsd": False, "enable_upnp": False,
    "enable_natpmp": False, "allow_multiple_connections_per_ip": True, "connections_limit": 200,
    "unchoke_slots_limit": 100, "mixed_mode_algorithm": 0, "alert_mask": 0, "out_enc_policy": 2, "in_enc_policy": 2,
})
params = lt.add_torrent_params()
params.ti = lt.torrent_info(torrent)
params.save_path = directory
if role == "seeder":
    params.flags |= lt.torrent_flags.seed_mode
handle = session.add_torrent(params)
while not handle.status().is_seeding:
    time.sleep(0.05)
open(done, "w").close()
while True:
    time.sleep(3600)
