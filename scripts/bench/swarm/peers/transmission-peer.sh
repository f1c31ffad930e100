#!/bin/sh
# transmission-daemon with one torrent: transmission-peer.sh TORRENT DIRECTORY HOME DONE. Seeds until it is killed.
set -eu
torrent=$1 directory=$2 home=$3 done=$4
mkdir -p "$home/config"
printf '#!/bin/sh\ntouch %s\n' "$done" > "$home/done.sh"
chmod +x "$home/done.sh"
cat > "$home/config/settings.json" << E
{"download-dir": "$directory", "peer-port": 6881, "dht-enabled": false, "lpd-enabled": false, "utp-enabled": false,
 "port-forwarding-enabled": false, "encryption": 0, "upload-slots-per-torrent": 100, "peer-limit-per-torrent": 100,
 "script-torrent-done-enabled": true, "script-torrent-done-filename": "$home/done.sh", "rpc-whitelist-enabled": false,
 "ratio-limit-enabled": false, "cache-size-mb": 64}
E
transmission-daemon --foreground --config-dir "$home/config" > /dev/null 2>&1 &
until transmission-remote --add "$torrent" > /dev/null 2>&1; do sleep 0.1; done
until transmission-remote -t 1 -i 2> /dev/null | grep -q 'Percent Done: 100%'; do sleep 0.3; done
touch "$done"
wait
