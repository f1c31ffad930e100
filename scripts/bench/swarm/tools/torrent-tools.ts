import { existsSync, mkdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import createTorrent from 'create-torrent'
import { type MakeTool, mirrorDirectory, type Stage, type Tool } from './tool.ts'

const peers = fileURLToPath(new URL('../peers/', import.meta.url))
const tracker = fileURLToPath(new URL('../../../../node_modules/.bin/bittorrent-tracker', import.meta.url))

interface Client {
  readonly name: string
  /** The command of a client that keeps `torrent` in `directory`, seeds for good, and makes `done` when it has all. */
  command(role: 'seeder' | 'leecher', at: { torrent: string; directory: string; home: string; done: string }): string[]
}

/** One torrent of the whole tree, with a tracker at the origin; clients that have all go on seeding. */
function torrentTool({ name, command }: Client): MakeTool {
  return (stage: Stage): Tool => {
    const { hosts, directory, source, mirrors } = stage
    const torrent = `${directory}/tree.torrent`
    const start = (mirror: number): void => {
      const home = mirrorDirectory(stage, mirror)
      mkdirSync(home, { recursive: true })
      const at = { torrent, directory: `${home}/copy`, home, done: `${home}/done` }
      mkdirSync(at.directory, { recursive: true })
      hosts.spawn(mirror, command('leecher', at), { env: { HOME: home } })
    }
    return {
      name,
      async prepare() {
        const announce = `http://${hosts.address(0)}:6969/announce`
        const bytes = await new Promise<Uint8Array>((resolve, reject) =>
          createTorrent(source, { announceList: [[announce]], pieceLength: 256 * 1024 }, (error, made) =>
            error ? reject(error) : resolve(made),
          ),
        )
        await writeFile(torrent, bytes)
        hosts.spawn(0, [tracker, '--port', '6969', '--http', '--interval', '10000', '--silent'])
        const home = `${directory}/origin`
        mkdirSync(home)
        const done = `${home}/done`
        hosts.spawn(0, command('seeder', { torrent, directory: dirname(source), home, done }), { env: { HOME: home } })
        while (!existsSync(done)) await new Promise(resolve => setTimeout(resolve, 100))
        await new Promise(resolve => setTimeout(resolve, 2000))
      },
      async begin() {
        for (let mirror = 1; mirror <= mirrors; mirror += 1) start(mirror)
      },
      restart: start,
      isDone: mirror => existsSync(`${mirrorDirectory(stage, mirror)}/done`),
      copy: mirror => `${mirrorDirectory(stage, mirror)}/copy/${basename(source)}/`,
    }
  }
}

export const libtorrent = torrentTool({
  name: 'libtorrent',
  command: (role, { torrent, directory, done }) => [
    '/usr/bin/python3',
    `${peers}libtorrent-peer.py`,
    role,
    torrent,
    directory,
    done,
  ],
})

export const webtorrent = torrentTool({
  name: 'webtorrent',
  command: (_role, { torrent, directory, done }) => [
    process.execPath,
    `${peers}webtorrent-peer.mjs`,
    torrent,
    directory,
    done,
  ],
})

export const aria2 = torrentTool({
  name: 'aria2',
  command: (role, { torrent, directory, done }) => [
    'sh',
    '-c',
    [
      role === 'seeder' ? `touch ${done};` : `printf '#!/bin/sh\\ntouch ${done}\\n' > ${done}.sh; chmod +x ${done}.sh;`,
      `exec aria2c --dir=${directory} --seed-ratio=0.0 --listen-port=6881 --bt-max-peers=0 --enable-dht=false`,
      '--bt-enable-lpd=false --file-allocation=none --disk-cache=64M --max-overall-upload-limit=0 --quiet=true',
      role === 'seeder' ? '--check-integrity=true' : `--on-bt-download-complete=${done}.sh`,
      torrent,
    ].join(' '),
  ],
})

export const transmission = torrentTool({
  name: 'transmission',
  command: (_role, { torrent, directory, home, done }) => [
    'sh',
    `${peers}transmission-peer.sh`,
    torrent,
    directory,
    home,
    done,
  ],
})
