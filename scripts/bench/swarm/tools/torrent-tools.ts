import type { ChildProcess } from 'node:child_process'
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

/**
 * One torrent of the whole tree, with a tracker at the origin; clients that have all go on seeding. An update is a new torrent:
 * each client is started with it over what it has, checks that, and fetches the pieces that differ.
 */
function torrentTool({ name, command }: Client): MakeTool {
  return (stage: Stage): Tool => {
    const { hosts, directory, source, mirrors } = stage
    const running = new Map<number, ChildProcess>()
    let round = 0
    const torrent = (): string => `${directory}/tree-${round}.torrent`
    const homeOf = (host: number): string =>
      `${host === 0 ? `${directory}/origin` : mirrorDirectory(stage, host)}/round-${round}`
    const start = (host: number): void => {
      const home = homeOf(host)
      const copy = host === 0 ? dirname(source) : `${mirrorDirectory(stage, host)}/copy`
      for (const needed of [home, copy]) mkdirSync(needed, { recursive: true })
      const at = { torrent: torrent(), directory: copy, home, done: `${home}/done` }
      const role = host === 0 ? 'seeder' : 'leecher'
      running.set(host, hosts.spawn(host, command(role, at), { env: { HOME: home } }))
    }
    const restart = async (host: number): Promise<void> => {
      const before = running.get(host)
      if (before) await hosts.end(before)
      start(host)
    }
    const offer = async (): Promise<void> => {
      round += 1
      await writeFile(torrent(), await torrentOf(source, `http://${hosts.address(0)}:6969/announce`))
      await restart(0)
      while (!existsSync(`${homeOf(0)}/done`)) await new Promise(resolve => setTimeout(resolve, 20))
    }
    const startAll = async (): Promise<void> => {
      await Promise.all(Array.from({ length: mirrors }, (_, k) => restart(k + 1)))
    }
    return {
      name,
      async prepare() {
        hosts.spawn(0, [tracker, '--port', '6969', '--http', '--interval', '10000', '--silent'])
        await offer()
        await new Promise(resolve => setTimeout(resolve, 2000))
      },
      begin: startAll,
      async update() {
        await offer()
        await startAll()
      },
      restart: start,
      isDone: mirror => existsSync(`${homeOf(mirror)}/done`),
      copy: mirror => `${mirrorDirectory(stage, mirror)}/copy/${basename(source)}/`,
    }
  }
}

async function torrentOf(tree: string, announce: string): Promise<Uint8Array> {
  return await new Promise((resolve, reject) => {
    createTorrent(tree, { announceList: [[announce]], pieceLength: 256 * 1024 }, (error, made) =>
      error ? reject(error) : resolve(made),
    )
  })
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
      // what is left of another torrent in the same place would be refused
      `rm -f ${directory}/*.aria2;`,
      role === 'seeder' ? `touch ${done};` : `printf '#!/bin/sh\\ntouch ${done}\\n' > ${done}.sh; chmod +x ${done}.sh;`,
      `exec aria2c --dir=${directory} --seed-ratio=0.0 --listen-port=6881 --bt-max-peers=0 --enable-dht=false`,
      '--bt-enable-lpd=false --file-allocation=none --disk-cache=64M --max-overall-upload-limit=0 --quiet=true',
      '--check-integrity=true --allow-overwrite=true',
      role === 'seeder' ? '' : `--on-bt-download-complete=${done}.sh`,
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
