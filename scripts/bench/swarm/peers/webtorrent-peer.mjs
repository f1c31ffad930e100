// Plain webtorrent with its own choice of pieces: webtorrent-peer.mjs TORRENT DIRECTORY DONE. Seeds until it is killed.
import { readFileSync, writeFileSync } from 'node:fs'
import WebTorrent from 'webtorrent'

const [torrent, directory, done] = process.argv.slice(2)
const client = new WebTorrent({ torrentPort: 6881, dht: false, lsd: false, natUpnp: false, natPmp: false, utp: false })
client.add(readFileSync(torrent), { path: directory }, added => {
  const finish = () => writeFileSync(done, '')
  if (added.done) finish()
  else added.once('done', finish)
})
