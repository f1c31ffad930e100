import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import createTorrent from 'create-torrent'
import type { Lab } from '../lab.ts'

/** A .torrent file of `files` (paths below `directory`), named `name`. */
export async function makeLabTorrent(
  lab: Lab,
  torrent: { readonly directory: string; readonly files: readonly string[]; name: string; announce: string[] },
): Promise<string> {
  const inputs = await Promise.all(
    torrent.files.map(async path => {
      const bytes = await readFile(join(torrent.directory, path))
      return Object.assign(bytes, { name: `${torrent.name}/${path}` })
    }),
  )
  // Trackers are always given: left out, create-torrent takes public ones.
  const options = { name: torrent.name, announceList: [torrent.announce], pieceLength: 65_536 }
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    createTorrent(inputs, options, (error, made) => (error ? reject(error) : resolve(made)))
  })
  const path = join(lab.newDirectory('torrents'), `${torrent.name}.torrent`)
  await writeFile(path, bytes)
  return path
}
