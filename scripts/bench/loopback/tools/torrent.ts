import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import createTorrent from 'create-torrent'
import { freePort } from '../../../demo/daemons.ts'
import { End } from '../process.ts'
import type { Stage } from './tool.ts'

const program = fileURLToPath(new URL('../../../../node_modules/.bin/bittorrent-tracker', import.meta.url))

/** A .torrent of the source in the stage's directory. @returns its path */
export async function torrentOf({ directory, source, pieceBytes }: Stage, announce: string): Promise<string> {
  const bytes = await new Promise<Uint8Array>((resolve, reject) =>
    createTorrent(source, { announceList: [[announce]], pieceLength: pieceBytes }, (error, made) =>
      error ? reject(error) : resolve(made),
    ),
  )
  await writeFile(`${directory}/bench.torrent`, bytes)
  return `${directory}/bench.torrent`
}

/** An HTTP tracker, for clients that cannot be told of a peer. `through`: the command that runs it elsewhere. */
export async function startTracker(host: string, through: readonly string[] = []): Promise<{ url: string; end: End }> {
  const port = await freePort(36_969)
  const end = new End([...through, program, '--port', String(port), '--http', '--interval', '1000', '--silent'])
  await new Promise(resolve => setTimeout(resolve, 1000))
  return { url: `http://${host}:${port}/announce`, end }
}
