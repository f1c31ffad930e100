import { chmodSync, lutimesSync, mkdirSync, readdirSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { writeContent } from './content.ts'

/** What is legal in a tree but breaks careless programs. */
export type NastyThing = keyof typeof makers

/** All of them. */
export const nastyThings = (): NastyThing[] => Object.keys(makers) as NastyThing[]

const mtime = 1_600_000_000
const makers = {
  'empty files': at => {
    file(at, 'empty', 0)
    file(at, 'another empty', 0)
  },
  'empty directories': at => {
    directory(at, 'hollow')
    directory(at, 'hollow/inner')
  },
  'dot files': at => {
    file(at, '.treeinfo', 120)
    file(at, '.hidden/.deeper', 30)
    file(at, '...', 10)
  },
  'odd names': at => {
    const names = ['two  spaces', ' leading', 'trailing ', "it's", '"quoted"', 'back\\slash', 'new\nline', 'tab\there']
    const shell = ['-rf', '$HOME', '`id`', '*', '?', '%2e%2e', '#', 'a;b', 'C:', 'CON', 'x'.repeat(255)]
    for (const name of [...names, ...shell]) file(at, name, 20)
    file(at, '%41 dir/with space/inner file', 20)
  },
  'non-ASCII names': at => {
    // The composed and the decomposed form of one letter are two names.
    for (const name of ['größe', 'データ', 'emoji 🐢', '\u00e9', 'e\u0301', 'עברית', '\u202egnp.exe'])
      file(at, name, 25)
  },
  'names that are not UTF-8': at => {
    file(at, Buffer.from('latin-\xe9', 'latin1'), 26)
    file(at, Buffer.from([0xff, 0xfe]), 27)
    file(at, Buffer.from([0xed, 0xa0, 0x80]), 28) // a surrogate in UTF-8, which is not valid
    directory(at, Buffer.from('dir-\xfc', 'latin1'))
    file(at, Buffer.from('dir-\xfc/inner-\x80', 'latin1'), 29)
  },
  links: at => {
    file(at, 'target directory/target', 50)
    link(at, 'to file', 'target directory/target')
    link(at, 'to directory', 'target directory')
    link(at, 'to nothing', 'not here/at all')
    link(at, 'to itself', 'to itself')
    link(at, 'to here', '.')
    link(at, 'target directory/up and down', '../target directory/target')
    link(at, 'to bytes', Buffer.from('latin-\xe9', 'latin1'))
  },
  modes: at => {
    for (const mode of [0o600, 0o755, 0o444, 0o640, 0o4755, 0o2755]) file(at, `mode ${mode.toString(8)}`, 15, { mode })
    directory(at, 'private', 0o700)
    directory(at, 'setgid', 0o2775)
    directory(at, 'sticky', 0o1777)
  },
  'odd times': at => {
    file(at, 'from 1970', 10, { time: 0 })
    file(at, 'from 1985', 10, { time: 500_000_000 })
    file(at, 'after 2038', 10, { time: 2 ** 31 + 1000 })
  },
  'equal contents': at => {
    for (const name of ['one', 'two', 'sub/three']) file(at, name, 3000, { content: 'shared by many names' })
    // The same content with other attributes: it must not take over those of its twins.
    file(at, 'twin with mode', 3000, { content: 'shared by many names', mode: 0o600 })
    file(at, 'twin with time', 3000, { content: 'shared by many names', time: 1_500_000_000 })
  },
} satisfies Record<string, (at: string) => void>

/** Makes each of `things` in a directory of its own below `root`/nasty. */
export function addNastyThings(root: string, things: 'all' | readonly NastyThing[]): void {
  const wanted = things === 'all' ? nastyThings() : things
  for (const thing of wanted) {
    const at = join(root, 'nasty', thing)
    mkdirSync(at, { recursive: true })
    makers[thing](at)
    dateDirectories(Buffer.from(at))
  }
  if (wanted.length > 0) utimesSync(join(root, 'nasty'), mtime, mtime)
}

/** When all is in them: whatever is put into a directory later changes its time. */
function dateDirectories(at: Buffer): void {
  for (const entry of readdirSync(at, { withFileTypes: true, encoding: 'buffer' })) {
    if (entry.isDirectory()) dateDirectories(Buffer.concat([at, Buffer.from('/'), entry.name]))
  }
  utimesSync(at, mtime, mtime)
}

type Name = string | Buffer

function below(at: string, name: Name): Buffer {
  return Buffer.concat([Buffer.from(`${at}/`), typeof name === 'string' ? Buffer.from(name) : name])
}

function file(
  at: string,
  name: Name,
  bytes: number,
  attributes: { readonly mode?: number; readonly time?: number; readonly content?: string } = {},
): void {
  const path = below(at, name)
  const parent = path.subarray(0, path.lastIndexOf('/'))
  mkdirSync(parent, { recursive: true })
  const content = attributes.content ?? path.subarray(at.length).toString('latin1')
  writeContent(path, { content, bytes, mtime: attributes.time ?? mtime })
  if (attributes.mode !== undefined) chmodSync(path, attributes.mode)
}

function directory(at: string, name: Name, mode = 0o755): void {
  const path = below(at, name)
  mkdirSync(path)
  chmodSync(path, mode)
}

function link(at: string, name: Name, target: Name): void {
  const path = below(at, name)
  symlinkSync(target, path)
  lutimesSync(path, mtime, mtime)
}
