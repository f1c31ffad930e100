import { createHash } from 'node:crypto'
import { cp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { runCommand } from '../../run/command.ts'
import type { SigningKey } from '../signing-key.ts'
import type { DebTool } from './tool.ts'

const suites = ['stable', 'testing'] as const
const components = ['main', 'contrib'] as const

const configuration = `
Dir { ArchiveDir "tree"; CacheDir "cache"; };
Default {
  Packages::Compress ". gzip bzip2 xz zstd";
  Sources::Compress ". gzip xz";
  Contents::Compress "gzip";
  Translation::Compress ". xz";
  LongDescription "false";
};
TreeDefault { Directory "pool/$(SECTION)"; SrcDirectory "pool/$(SECTION)"; };
${suites.map(suite => `Tree "dists/${suite}" { Sections "${components.join(' ')}"; Architectures "amd64 arm64 all source"; };`).join('\n')}
`

/**
 * As archives with `apt-ftparchive generate` have it: two suites over one pool, two components, all compressions,
 * Sources, Contents, Translation, by-hash; with metadata for software centres and an installer as Debian has them.
 */
export const aptFtparchive: DebTool = async (scratch, made, key) => {
  const tree = join(scratch, 'tree')
  const directories = [
    ...components.map(component => join('tree/pool', component)),
    ...suites.flatMap(suite => components.map(component => join('tree/dists', suite, component))).flatMap(inside),
    'cache',
  ]
  for (const directory of directories) await mkdir(join(scratch, directory), { recursive: true })
  await writeFile(join(scratch, 'apt-ftparchive.conf'), configuration)
  const put = (component: string, file: string): Promise<void> =>
    cp(file, join(tree, 'pool', component, basename(file)), { preserveTimestamps: true })

  async function generate(): Promise<void> {
    await runCommand('apt-ftparchive', ['--quiet', 'generate', 'apt-ftparchive.conf'], { cwd: scratch })
    for (const suite of suites) await writeRelease(join(tree, 'dists', suite), suite, key)
  }

  const [first, ...others] = made.debs
  for (const file of [...others, ...made.source]) await put('main', file)
  if (first !== undefined) await put('contrib', first)
  for (const suite of suites) await writeExtras(join(tree, 'dists', suite, 'main'))
  await generate()
  return {
    directory: tree,
    async update() {
      await rm(join(tree, 'pool/contrib', basename(made.old)))
      await put('contrib', made.newer)
      await put('main', made.added)
      await generate()
    },
  }
}

function inside(component: string): string[] {
  return ['source', 'i18n', 'dep11', 'binary-amd64', 'binary-arm64', 'binary-all'].map(name => join(component, name))
}

/** What no tool of the archive makes, but Debian has. */
async function writeExtras(component: string): Promise<void> {
  await writeFile(join(component, 'dep11/Components-amd64.yml.gz'), gzipSync('---\nFile: DEP-11\n'))
  const images = join(component, 'installer-amd64/20230607/images')
  await mkdir(join(images, 'netboot'), { recursive: true })
  await writeFile(join(images, 'netboot/mini.iso'), 'an image\n')
  const digest = createHash('sha256').update('an image\n').digest('hex')
  await writeFile(join(images, 'SHA256SUMS'), `${digest}  ./netboot/mini.iso\n`)
  await symlink('20230607', join(component, 'installer-amd64/current'))
}

async function writeRelease(dist: string, suite: string, key: SigningKey): Promise<void> {
  const settings = {
    Origin: 'Lab',
    Label: 'Lab',
    Suite: suite,
    Codename: `${suite}-codename`,
    Architectures: 'all amd64 arm64',
    Components: components.join(' '),
    'Acquire-By-Hash': 'yes',
    'No-Support-for-Architecture-all': 'Packages',
    ValidTime: String(7 * 86400),
  }
  const options = Object.entries(settings).map(([name, value]) => `APT::FTPArchive::Release::${name}=${value}`)
  const patterns = ['Components-*.yml*', 'SHA256SUMS'].map(one => `APT::FTPArchive::Release::Patterns::=${one}`)
  const args = [...options, ...patterns, 'APT::FTPArchive::DoByHash=true'].flatMap(option => ['-o', option])
  for (const name of ['Release', 'InRelease', 'Release.gpg']) await rm(join(dist, name), { force: true })
  const { stdout } = await runCommand('apt-ftparchive', ['--quiet', ...args, 'release', '.'], { cwd: dist })
  await writeFile(join(dist, 'Release.new'), stdout)
  await rename(join(dist, 'Release.new'), join(dist, 'Release'))
  await key.clearSign(join(dist, 'Release'), join(dist, 'InRelease'))
  await key.detachSign(join(dist, 'Release'), join(dist, 'Release.gpg'))
}
