#!/bin/sh
# Runs under systemd in the container of boot.sh. Each line of its output is something that a test looks at.
set -eu
cd /lab
as_repocast() { runuser -u repocast -- "$@"; }
until_true() {
  for _ in $(seq 200); do
    if eval "$1"; then return; fi
    sleep 0.2
  done
  echo "never: $1"
  systemctl status --no-pager --lines=30 repocast-agent repocast-origin
  exit 1
}
property() { systemctl show --value --property="$2" "repocast-$1"; }

install -d -o repocast -g repocast /var/lib/repocast
as_repocast repocast origin init --data /var/lib/repocast/origin --url http://127.0.0.1:8080 --peer-port 6882 > /dev/null
systemctl start repocast-origin
echo "origin: $(systemctl is-active repocast-origin)"
as_repocast repocast origin publish tree /lab/source --data /var/lib/repocast/origin > /dev/null 2>&1
link=$(as_repocast repocast origin link tree --data /var/lib/repocast/origin)
as_repocast repocast agent init "$link" /srv/mirror/tree --data /var/lib/repocast/agent > /dev/null
mkdir -p /etc/systemd/system/repocast-agent.service.d
printf '[Service]\nWatchdogSec=4\nTimeoutAbortSec=1\nRestartSec=1\n' > /etc/systemd/system/repocast-agent.service.d/quick.conf
systemctl daemon-reload
systemctl start repocast-agent
echo "agent: $(systemctl is-active repocast-agent)"
until_true '[ -e /srv/mirror/tree/. ]'
diff -r /lab/source /srv/mirror/tree && echo 'served: equal'
echo "links: $(stat -L -c %h /srv/mirror/tree/directory-00000/file-0000000.bin)"
until_true 'property agent StatusText | grep -q "tree 1 (current)"'
echo 'status: told'

systemctl reload repocast-agent
until_true '[ "$(property agent ActiveState)" = active ]'
echo "reloaded: $(property agent NRestarts) restarts"

first=$(property agent MainPID)
kill -KILL "$first"
until_true '[ "$(property agent ActiveState) $(property agent NRestarts)" = "active 1" ]'
echo 'killed: started again'

# One that hangs is ended by the watchdog.
kill -STOP "$(property agent MainPID)"
until_true '[ "$(property agent ActiveState) $(property agent NRestarts)" = "active 2" ]'
echo 'hanging: started again'

touch /lab/source/new
as_repocast repocast origin publish tree /lab/source --data /var/lib/repocast/origin > /dev/null 2>&1
until_true '[ -e /srv/mirror/tree/new ]'
echo 'updated: yes'
for daemon in agent origin; do
  systemctl stop repocast-$daemon
  echo "stopped $daemon: $(property $daemon Result) $(property $daemon ExecMainStatus)"
done
