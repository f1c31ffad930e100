import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cacheDirectory } from '../paths.ts'
import { runCommand, tryCommand } from '../run/command.ts'
import { fallbackPackages, wantedPackages } from './names.ts'

/** A package file of the archive. */
export interface DownloadedDeb {
  readonly name: string
  readonly version: string
  /** Path in the archive, for example `pool/main/h/hello/hello_2.10-3_amd64.deb`. */
  readonly poolPath: string
}

/** Downloads in the layout of the archive's pool. */
export interface DebDownloads {
  readonly directory: string
  readonly debs: readonly DownloadedDeb[]
}

const fewest = 40
/** Another list of names is another download. */
const cacheKey = createHash('sha256')
  .update([...wantedPackages, ...fallbackPackages].join(' '))
  .digest('hex')
  .slice(0, 12)

/**
 * Some 50 packages of this machine's archive. The first call fetches them with `apt-get download`; later ones
 * find them in the cache and need no network.
 * @throws Error when the archive cannot be reached and nothing is cached
 */
export async function downloadDebs(): Promise<DebDownloads> {
  const directory = join(cacheDirectory, 'debs', cacheKey)
  if (!existsSync(join(directory, 'index.json'))) await fill(directory)
  const debs: DownloadedDeb[] = JSON.parse(await readFile(join(directory, 'index.json'), 'utf8'))
  return { directory, debs }
}

async function fill(directory: string): Promise<void> {
  await mkdir(dirname(directory), { recursive: true })
  const staging = await mkdtemp(`${directory}-`)
  try {
    const options = ['-o', 'APT::Sandbox::User=root', ...(await archiveOptions())]
    const debs = await availableDebs(options)
    await runCommand('apt-get', [...options, '-q', 'download', ...debs.map(({ name }) => name)], {
      cwd: staging,
      timeoutSeconds: 300,
    })
    for (const { name, version, poolPath } of debs) {
      const architecture = /_([^_]+)\.deb$/.exec(poolPath)?.[1]
      const fetched = `${name}_${version.replaceAll(':', '%3a')}_${architecture}.deb`
      await mkdir(join(staging, dirname(poolPath)), { recursive: true })
      await rename(join(staging, fetched), join(staging, poolPath))
    }
    await writeFile(join(staging, 'index.json'), JSON.stringify(debs, undefined, 1))
    // Another test may have been quicker: its result is as good.
    await rename(staging, directory).catch(error => {
      if (!existsSync(join(directory, 'index.json'))) throw error
    })
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** Options that let apt know the archive: none, or those of lists of our own where the system has no lists. */
async function archiveOptions(): Promise<string[]> {
  if ((await tryCommand('apt-cache', ['show', 'hello'])).exitCode === 0) return []
  const state = join(cacheDirectory, 'apt')
  await mkdir(join(state, 'lists', 'partial'), { recursive: true })
  await mkdir(join(state, 'cache', 'archives', 'partial'), { recursive: true })
  const own = ['-o', `Dir::State::lists=${state}/lists`, '-o', `Dir::Cache=${state}/cache`]
  await runCommand('apt-get', ['-o', 'APT::Sandbox::User=root', ...own, '-q', 'update'], { timeoutSeconds: 300 })
  return own
}

async function availableDebs(options: readonly string[]): Promise<DownloadedDeb[]> {
  const names = [...wantedPackages, ...fallbackPackages]
  // Fails when one name is unknown, and tells about the others all the same.
  const { stdout } = await tryCommand('apt-cache', [...options, '--no-all-versions', 'show', ...names])
  const known = new Map<string, DownloadedDeb>()
  for (const paragraph of stdout.split('\n\n')) {
    const name = field(paragraph, 'Package')
    const [version, poolPath] = [field(paragraph, 'Version'), field(paragraph, 'Filename')]
    if (name && version && poolPath?.startsWith('pool/')) known.set(name, { name, version, poolPath })
  }
  const debs = names.flatMap(name => known.get(name) ?? []).slice(0, wantedPackages.length)
  if (debs.length < fewest) {
    throw new Error(`the archive of this machine has only ${debs.length} of the packages that the tests need`)
  }
  return debs
}

/** A field of a paragraph of Debian control data. */
export function field(paragraph: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1]
}
