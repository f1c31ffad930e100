import { createHash, type Hash } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

/** A package of a made tree: small, since it is its number that counts. */
interface Made {
  readonly name: string
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

const packageBytes = 2000
/** Packages that share a directory of a pool. */
const packagesOfSource = 4

/** Puts down a package with content of its own, unless it is there already. */
function writePackage(tree: string, path: string, name: string, seed: string): Made {
  const content = Buffer.alloc(packageBytes, createHash('sha256').update(seed).digest('base64'))
  const file = join(tree, path)
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
  return { name, path, sizeBytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
}

/** A file that is written piece by piece, compressed, while digests of both forms are taken. */
class Packed {
  readonly #gzip = createGzip({ level: 6 })
  readonly #open = createHash('sha256')
  readonly #packed = createHash('sha256')
  readonly #path: string
  #openBytes = 0
  #packedBytes = 0

  constructor(path: string) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true })
    this.#gzip.on('data', (chunk: Buffer) => {
      this.#packed.update(chunk)
      this.#packedBytes += chunk.length
    })
    this.#gzip.pipe(createWriteStream(path))
  }

  async write(text: string): Promise<void> {
    this.#open.update(text)
    this.#openBytes += Buffer.byteLength(text)
    if (!this.#gzip.write(text)) await new Promise(resolve => this.#gzip.once('drain', resolve))
  }

  async end(): Promise<{ sha256: string; bytes: number; openSha256: string; openBytes: number; path: string }> {
    this.#gzip.end()
    await finished(this.#gzip)
    const digest = (hash: Hash): string => hash.digest('hex')
    const [sha256, openSha256] = [digest(this.#packed), digest(this.#open)]
    return { sha256, bytes: this.#packedBytes, openSha256, openBytes: this.#openBytes, path: this.#path }
  }
}

/** A yum repository as createrepo_c makes it, of files that are no packages. `changed` of them are upgraded, if it is there. */
export async function makeYumTree(tree: string, count: number, changed = 0): Promise<void> {
  const types = ['primary', 'filelists', 'other'] as const
  const files = types.map(type => new Packed(join(tree, 'repodata', `${type}.xml.gz`)))
  const roots = { primary: 'metadata', filelists: 'filelists', other: 'otherdata' }
  for (const [k, type] of types.entries())
    await files[k]?.write(`<?xml version="1.0" encoding="UTF-8"?>\n<${roots[type]} packages="${count}">\n`)
  for (let k = 0; k < count; k += 1) {
    const [name, version] = [nameOf(k), k < changed ? '2.0' : '1.0']
    const pathOf = (of: string): string => `Packages/${name.charAt(0)}/${name}-${of}-1.x86_64.rpm`
    const path = pathOf(version)
    if (k < changed) rmSync(join(tree, pathOf('1.0')), { force: true })
    const texts = yumTexts(writePackage(tree, path, name, `${name} ${version}`), version)
    for (const [at, text] of texts.entries()) await files[at]?.write(text)
  }
  let data = ''
  for (const [k, type] of types.entries()) {
    await files[k]?.write(`</${roots[type]}>\n`)
    const made = await files[k]?.end()
    data += `<data type="${type}"><checksum type="sha256">${made?.sha256}</checksum><open-checksum type="sha256">${made?.openSha256}</open-checksum><location href="repodata/${type}.xml.gz"/><size>${made?.bytes}</size><open-size>${made?.openBytes}</open-size></data>\n`
  }
  writeFileSync(join(tree, 'repodata/repomd.xml'), `<repomd>\n${data}</repomd>\n`)
}

/** As long as those of a distribution: 1.7 kB, 1.2 kB and 0.6 kB. */
function yumTexts({ name, path, sizeBytes, sha256 }: Made, version: string): string[] {
  const evr = `<version epoch="0" ver="${version}" rel="1"/>`
  const entries = (what: string, count: number): string =>
    Array.from({ length: count }, (_, k) => `      <rpm:entry name="${what}${k}.so.${k}()(64bit)"/>\n`).join('')
  const filesOf = (count: number): string =>
    Array.from({ length: count }, (_, k) => `  <file>/usr/share/doc/${name}/some-longer-name-${k}.html</file>\n`).join(
      '',
    )
  const short = `<package pkgid="${sha256}" name="${name}" arch="x86_64">\n  ${evr}\n`
  return [
    `<package type="rpm">
  <name>${name}</name>
  <arch>x86_64</arch>
  ${evr}
  <checksum type="sha256" pkgid="YES">${sha256}</checksum>
  <summary>A package that was made to measure with</summary>
  <description>It holds nothing, and says so in some words more than it would need to, as descriptions do.</description>
  <packager>nobody</packager>
  <url>https://example.org/${name}</url>
  <time file="1700000000" build="1700000000"/>
  <size package="${sizeBytes}" installed="20000" archive="20480"/>
  <location href="${path}"/>
  <format>
    <rpm:license>MIT</rpm:license>
    <rpm:group>Unspecified</rpm:group>
    <rpm:sourcerpm>${name}-1.0-1.src.rpm</rpm:sourcerpm>
    <rpm:provides>
${entries(`lib${name}`, 5)}    </rpm:provides>
    <rpm:requires>
${entries('libneeded', 12)}    </rpm:requires>
  </format>
</package>
`,
    `${short}${filesOf(18)}</package>\n`,
    `${short}  <changelog author="nobody &lt;nobody@example.org&gt; - 1.0-1" date="1700000000">- ${'words '.repeat(60)}</changelog>\n</package>\n`,
  ]
}

/** A suite with a pool, as apt-ftparchive makes it. `changed` packages are upgraded, if it is there. */
export async function makeDebTree(tree: string, count: number, changed = 0): Promise<void> {
  const index = 'main/binary-amd64/Packages'
  const packed = new Packed(join(tree, 'dists/stable', `${index}.gz`))
  for (let k = 0; k < count; k += 1) {
    const [name, version] = [nameOf(k), k < changed ? '2.0-1' : '1.0-1']
    const source = nameOf(k - (k % packagesOfSource))
    const pathOf = (of: string): string => `pool/main/${source.charAt(0)}/${source}/${name}_${of}_amd64.deb`
    const path = pathOf(version)
    if (k < changed) rmSync(join(tree, pathOf('1.0-1')), { force: true })
    await packed.write(debText(writePackage(tree, path, name, `${name} ${version}`), version))
  }
  const { sha256, bytes, openSha256, openBytes } = await packed.end()
  const fields = 'Origin: Bench\nLabel: Bench\nSuite: stable\nCodename: bench\nDate: Thu, 01 Jan 2026 00:00:00 UTC\n'
  const lists = `SHA256:\n ${openSha256} ${openBytes} ${index}\n ${sha256} ${bytes} ${index}.gz\n`
  const release = `${fields}Architectures: amd64\nComponents: main\n${lists}`
  writeFileSync(join(tree, 'dists/stable/Release'), release)
}

function debText({ name, path, sizeBytes, sha256 }: Made, version: string): string {
  const depends = Array.from({ length: 10 }, (_, k) => `libneeded${k} (>= 1.${k})`).join(', ')
  return `Package: ${name}
Version: ${version}
Architecture: amd64
Maintainer: Nobody <nobody@example.org>
Installed-Size: 20
Depends: ${depends}
Section: misc
Priority: optional
Homepage: https://example.org/${name}
Description: a package that was made to measure with
Description-md5: ${sha256.slice(0, 32)}
Tag: made::yes, measured::with, useful::no
Filename: ${path}
Size: ${sizeBytes}
SHA256: ${sha256}

`
}

function nameOf(k: number): string {
  return `${String.fromCharCode(97 + (k % 26))}${(k * 7919).toString(36)}-package-${k}`
}
