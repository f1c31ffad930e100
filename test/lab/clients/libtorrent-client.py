#!/usr/bin/python3
"""Downloads one torrent with libtorrent, peers from its tracker only, and seeds it until it is killed.

    libtorrent-client.py TORRENT DIRECTORY ADDRESS PORT SECONDS SEED(0 or 1)

Prints `complete` when every piece is there and verified, and the tracker has answered.
"""
import sys
import time

import libtorrent as lt


def main():
    torrent, directory, address, port, seconds, seed = sys.argv[1:]
    session = lt.session(
        {
            "listen_interfaces": f"{address}:{port}",
            "outgoing_interfaces": address,
            "enable_dht": False,
            "enable_lsd": False,
            "enable_upnp": False,
            "enable_natpmp": False,
            "enable_incoming_utp": False,
            "enable_outgoing_utp": False,
            # The tracker's word counts, also when it wants to be asked more often than every five minutes.
            "min_announce_interval": 1,
            # All peers of a lab have one address.
            "allow_multiple_connections_per_ip": True,
            "alert_mask": lt.alert.category_t.error_notification
            | lt.alert.category_t.tracker_notification
            | lt.alert.category_t.status_notification,
        },
        0,  # no default plugins: no peer exchange
    )
    parameters = lt.add_torrent_params()
    parameters.ti = lt.torrent_info(torrent)
    parameters.save_path = directory
    parameters.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    handle = session.add_torrent(parameters)
    deadline = time.monotonic() + float(seconds)
    announced = False
    while not (announced and handle.status().is_seeding):
        for alert in session.pop_alerts():
            announced = announced or isinstance(alert, lt.tracker_reply_alert)
            print(alert.message(), flush=True)
        if time.monotonic() > deadline:
            status = handle.status()
            sys.exit(f"not complete in {seconds} s: {status.progress:.1%}, {status.num_peers} peers")
        time.sleep(0.05)
    handle.flush_cache()
    wait_until_written(session)
    print("complete", flush=True)
    while seed == "1":
        for alert in session.pop_alerts():
            print(alert.message(), flush=True)
        time.sleep(0.2)


def wait_until_written(session):
    """What is verified may still be in the cache: wait for the alert that flush_cache() causes."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        session.wait_for_alert(500)
        for alert in session.pop_alerts():
            if isinstance(alert, lt.cache_flushed_alert):
                return


if __name__ == "__main__":
    main()
