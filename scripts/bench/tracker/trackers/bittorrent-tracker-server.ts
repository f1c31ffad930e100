// The stock tracker for the benchmark: `node bittorrent-tracker-server.ts PORT INFOHASH,INFOHASH…`
import { Server } from 'bittorrent-tracker'

const [port = '', infoHashes = ''] = process.argv.slice(2)
const listed = new Set(infoHashes.split(','))
const server = new Server({
  http: true,
  udp: true,
  ws: false,
  stats: false,
  interval: 900_000,
  filter: (infoHash, _params, done) => done(listed.has(infoHash) ? null : new Error('not listed')),
})
server.on('error', error => process.stderr.write(`${error}\n`))
server.listen(Number(port), { http: '127.0.0.1', udp: '127.0.0.1', udp6: '::1' })
