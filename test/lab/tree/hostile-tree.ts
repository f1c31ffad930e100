import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'

/** Something that may not be published. */
export interface HostileThing {
  /** What it is, for the name of a test. */
  readonly what: string
  /** Where it lies in the tree: the path that a refusal should name. */
  readonly path: string
  make(path: string): unknown
}

const link =
  (target: string) =>
  (path: string): void =>
    symlinkSync(target, path)

/** Everything that a publisher must refuse, each with its path. */
export const hostileThings: readonly HostileThing[] = [
  { what: 'a fifo', path: 'sub/pipe', make: path => execFileSync('mkfifo', [path]) },
  { what: 'a socket', path: 'sub/socket', make: makeSocket },
  // Number 0:0 is no device at all, and the only one that may be made in a container.
  { what: 'a character device', path: 'sub/device', make: path => execFileSync('mknod', [path, 'c', '0', '0']) },
  { what: 'an absolute link', path: 'sub/absolute', make: link('/etc/passwd') },
  { what: 'a link out of the tree', path: 'sub/leaves', make: link('../../outside') },
  { what: 'a link to the directory above the tree', path: 'above', make: link('..') },
  { what: 'a link that climbs behind a name', path: 'sub/climbs', make: link('here/../../../outside') },
  { what: 'a link that leaves through another link', path: 'sub/through', make: link('up/../../..') },
]

/** Makes a small tree in `directory` with one hostile thing in it. */
export async function hostileTree(directory: string, thing: HostileThing): Promise<void> {
  mkdirSync(join(directory, 'sub', 'here'), { recursive: true })
  symlinkSync('here', join(directory, 'sub', 'up'))
  writeFile(join(directory, 'ordinary'))
  const path = join(directory, thing.path)
  mkdirSync(dirname(path), { recursive: true })
  await thing.make(path)
}

function writeFile(path: string): void {
  writeFileSync(path, 'some bytes\n')
}

/** A socket in the filesystem without a process behind it. */
async function makeSocket(path: string): Promise<void> {
  // A path of a socket has 107 bytes at most, and closing removes it: bind it elsewhere by a short name, move it.
  const short = `/tmp/s${process.pid}-${Date.now()}`
  const server = createServer()
  await once(server.listen(short), 'listening')
  renameSync(short, path)
  server.close()
}
