import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkTree, type Finding, openPgpVerifier, type SignatureVerifier, unpacker } from '@repocast/repositories'
import { MemoryTree } from '@repocast/repositories/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { debRepository, type Lab, openLab, runCommand, yumRepository } from '../lab/index.ts'
import { readContents } from '../lab/tree/contents.ts'

/** The time of the signatures. */
const signed = '20260101T120000'
const now = (): Date => new Date('2026-02-01T00:00:00Z')
const release =
  'Origin: lab\nSuite: stable\n- a line with a dash\nDescription: ends in blanks  \t\nSHA256:\n 00 1 main\n'
const repomd = '<?xml version="1.0"?>\n<repomd>ü</repomd>\n'

let lab: Lab
let directory: string
beforeAll(async () => {
  lab = openLab('openpgp')
  directory = lab.newDirectory('files')
  await writeFile(join(directory, 'Release'), release)
  await writeFile(join(directory, 'repomd.xml'), repomd)
})
afterAll(() => lab.close())

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7)
}

/** A keyring of gpg with one key. */
class Signer {
  readonly home: string

  private constructor(home: string) {
    this.home = home
  }

  static async make(algorithm: string, { expires = 'never', at = '20250101T000000' } = {}): Promise<Signer> {
    const home = lab.newDirectory('gnupg')
    await chmod(home, 0o700)
    lab.onClose(() => runCommand('gpgconf', ['--homedir', home, '--kill', 'gpg-agent']))
    const signer = new Signer(home)
    const options = ['--faked-system-time', `${at}!`, '--passphrase', '']
    await signer.gpg(...options, '--quick-generate-key', 'lab <lab@example.invalid>', algorithm, 'sign', expires)
    return signer
  }

  async gpg(...args: string[]): Promise<string> {
    const options = ['--homedir', this.home, '--batch', '--yes', '--quiet', '--pinentry-mode', 'loopback']
    return (await runCommand('gpg', [...options, ...args])).stdout
  }

  /** What `args` make of a file. */
  async sign(file: string, ...args: string[]): Promise<Buffer> {
    const output = join(lab.newDirectory('signature'), 'out')
    await this.gpg('--faked-system-time', `${signed}!`, '--output', output, ...args, join(directory, file))
    return await readFile(output)
  }

  async publicKey(...options: string[]): Promise<Buffer> {
    const output = join(lab.newDirectory('key'), 'key')
    await this.gpg('--output', output, ...options, '--export')
    return await readFile(output)
  }

  async keyId(): Promise<string> {
    return /^pub:[^:]*:[^:]*:[^:]*:([0-9A-F]{16}):/m.exec(await this.gpg('--with-colons', '--list-keys'))?.[1] ?? ''
  }

  async fingerprint(): Promise<string> {
    return /^fpr:{9}([0-9A-F]{40}):/m.exec(await this.gpg('--with-colons', '--list-keys'))?.[1] ?? ''
  }
}

const verifier = async (...signers: Signer[]): Promise<SignatureVerifier> =>
  openPgpVerifier(await Promise.all(signers.map(signer => signer.publicKey('--armor'))), now)

describe.each(['rsa3072', 'ed25519', 'nistp256'])('with a key of %s', algorithm => {
  let signer: Signer
  let verify: SignatureVerifier
  let keyIds: string[]
  beforeAll(async () => {
    signer = await Signer.make(algorithm)
    verify = await verifier(signer)
    keyIds = [await signer.keyId()]
  })

  test.each([
    ['Release.gpg', 'Release', release, ['--armor', '--detach-sign']],
    ['a binary Release.gpg', 'Release', release, ['--detach-sign']],
    ['Release.gpg with text', 'Release', release, ['--textmode', '--armor', '--detach-sign']],
    ['repomd.xml.asc', 'repomd.xml', repomd, ['--armor', '--digest-algo', 'SHA512', '--detach-sign']],
  ])('%s is good over its file only', async (_, file, content, args) => {
    const signature = await signer.sign(file, ...args)
    expect(await verify.verifyDetached(chunksOf(content), signature)).toEqual({ valid: true, keyIds })
    expect(await verify.verifyDetached(chunksOf(content.replace('o', 'c')), signature)).toEqual({
      valid: false,
      why: `it is a signature by key ${keyIds} over other contents`,
    })
  })

  test('InRelease is good as it was signed only', async () => {
    const message = await signer.sign('Release', '--clearsign')
    expect(await verify.verifyClearSigned(message)).toEqual({ valid: true, keyIds })
    const crlf = Buffer.from(message.toString().replaceAll('\n', '\r\n'))
    expect(await verify.verifyClearSigned(crlf)).toEqual({ valid: true, keyIds })
    const other = Buffer.from(message.toString().replace('stable', 'unstable'))
    expect(await verify.verifyClearSigned(other)).toMatchObject({ valid: false, why: /over other contents/ })
    const before = Buffer.concat([Buffer.from('Origin: evil\n'), message])
    expect(await verify.verifyClearSigned(before)).toMatchObject({ valid: false, why: /does not begin/ })
  })

  test('keys are taken in binary, and several armours in one file', async () => {
    const other = await Signer.make('ed25519')
    const message = await signer.sign('Release', '--clearsign')
    const binary = await openPgpVerifier([await signer.publicKey()], now)
    expect(await binary.verifyClearSigned(message)).toEqual({ valid: true, keyIds })
    const file = Buffer.concat([await other.publicKey('--armor'), Buffer.from('\n'), await signer.publicKey('--armor')])
    expect(await (await openPgpVerifier([file], now)).verifyClearSigned(message)).toEqual({ valid: true, keyIds })
  })

  test('what is unknown, damaged or no signature is told', async () => {
    const unknown = await verifier(await Signer.make('ed25519'))
    const signature = await signer.sign('Release', '--detach-sign')
    const why = `the key ${keyIds} that made it is not among the given keys`
    expect(await unknown.verifyDetached(chunksOf(release), signature)).toEqual({ valid: false, why })
    expect(await (await openPgpVerifier([], now)).verifyDetached(chunksOf(release), signature)).toMatchObject({ why })
    for (const bytes of [Buffer.alloc(0), Buffer.from('no'), signature.subarray(0, 30), await signer.publicKey()])
      expect(await verify.verifyDetached(chunksOf(release), bytes)).toMatchObject({ valid: false })
    for (let at = 0; at < signature.length; at += 3) {
      const damaged = Buffer.from(signature)
      damaged[at] = (damaged[at] ?? 0) ^ 0x10
      const verdict = await verify.verifyDetached(chunksOf(release), damaged)
      // A few bits are of no matter to anybody, like the hint that tells the key.
      if (verdict.valid) expect(verdict.keyIds).toEqual(keyIds)
    }
  })
})

test('one good signature of several is enough', async () => {
  const [one, two] = [await Signer.make('ed25519'), await Signer.make('rsa2048')]
  const both = Buffer.concat([await one.sign('Release', '--detach-sign'), await two.sign('Release', '--detach-sign')])
  for (const signer of [one, two])
    expect(await (await verifier(signer)).verifyDetached(chunksOf(release), both)).toEqual({
      valid: true,
      keyIds: [await signer.keyId()],
    })
  const keyIds = [await one.keyId(), await two.keyId()]
  expect(await (await verifier(one, two)).verifyDetached(chunksOf(release), both)).toEqual({ valid: true, keyIds })
})

test('a signing subkey signs for its key', async () => {
  const signer = await Signer.make('ed25519')
  const faked = ['--faked-system-time', '20250101T000000!', '--passphrase', '']
  await signer.gpg(...faked, '--quick-add-key', await signer.fingerprint(), 'rsa2048', 'sign', 'never')
  const subkey = /^sub:[^:]*:[^:]*:[^:]*:([0-9A-F]{16}):/m.exec(await signer.gpg('--with-colons', '--list-keys'))?.[1]
  const message = await signer.sign('Release', '--clearsign')
  expect(await (await verifier(signer)).verifyClearSigned(message)).toEqual({ valid: true, keyIds: [subkey] })
})

describe('what apt refuses', () => {
  test('a key that has expired since', async () => {
    const signer = await Signer.make('ed25519', { expires: '20260115T000000' })
    const message = await signer.sign('Release', '--clearsign')
    const why = `the key ${await signer.keyId()} that made it has expired`
    expect(await (await verifier(signer)).verifyClearSigned(message)).toEqual({ valid: false, why })
  })

  test('a key that lives longer by a newer self-signature is good, also beside its older form', async () => {
    const signer = await Signer.make('rsa2048', { expires: '20260115T000000' })
    const message = await signer.sign('Release', '--clearsign')
    const before = await signer.publicKey('--armor')
    const faked = ['--faked-system-time', '20260110T000000!', '--passphrase', '']
    await signer.gpg(...faked, '--quick-set-expire', await signer.fingerprint(), '20300101T000000')
    const after = await signer.publicKey('--export-options', 'export-minimal')
    const good = { valid: true, keyIds: [await signer.keyId()] }
    expect(await (await openPgpVerifier([after], now)).verifyClearSigned(message)).toEqual(good)
    expect(await (await openPgpVerifier([before, after], now)).verifyClearSigned(message)).toEqual(good)
  })

  test('a key that was revoked', async () => {
    const signer = await Signer.make('ed25519')
    const message = await signer.sign('Release', '--clearsign')
    const home = lab.newDirectory('revocation')
    const prepared = join(signer.home, 'openpgp-revocs.d', `${await signer.fingerprint()}.rev`)
    // gpg puts a colon there, so that nobody uses it by accident.
    await writeFile(join(home, 'certificate'), (await readFile(prepared, 'utf8')).replace(':-----BEGIN', '-----BEGIN'))
    await signer.gpg('--import', join(home, 'certificate'))
    const why = `the key ${await signer.keyId()} that made it was revoked`
    expect(await (await verifier(signer)).verifyClearSigned(message)).toEqual({ valid: false, why })
  })

  test('a signature with SHA-1', async () => {
    const signer = await Signer.make('rsa2048')
    const message = await signer.sign('Release', '--digest-algo', 'SHA1', '--clearsign')
    expect(await (await verifier(signer)).verifyClearSigned(message)).toEqual({
      valid: false,
      why: expect.stringMatching(/^the signature by key [0-9A-F]{16} is made with a digest that can be forged/),
    })
  })

  test('a signature that has expired, or is of the future', async () => {
    const signer = await Signer.make('ed25519')
    const short = await signer.sign('Release', '--default-sig-expire', '1d', '--clearsign')
    const why = `the signature by key ${await signer.keyId()} has expired`
    expect(await (await verifier(signer)).verifyClearSigned(short)).toEqual({ valid: false, why })
    const message = await signer.sign('Release', '--clearsign')
    const early = await openPgpVerifier([await signer.publicKey()], () => new Date('2025-12-01T00:00:00Z'))
    expect(await early.verifyClearSigned(message)).toMatchObject({ valid: false, why: /in the future/ })
  })
})

test.each([
  ['nothing', ''],
  ['a text', 'no key'],
  ['an armour that is cut off', '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME\n-----END PGP PUBLIC KEY BLOCK-----\n'],
])('a file of keys that holds %s is refused', async (_, text) => {
  await expect(openPgpVerifier([Buffer.from(text)], now)).rejects.toMatchObject({ code: 'REPOCAST_KEY_UNUSABLE' })
})

describe('the rules, with keys', () => {
  async function findings(directory: string, signatures: SignatureVerifier): Promise<string[]> {
    const found: string[] = []
    const tree = new MemoryTree(await readContents(directory))
    const report = ({ code, path }: Finding): void => void found.push(`${code} ${path}`)
    await checkTree({ tree, now: new Date(), unpacker, signatures, report })
    return found.filter(text => text.includes('SIGNATURE'))
  }

  test('a deb repository is signed by its key, and by no other', async () => {
    const { directory: repository, keyring } = await debRepository(lab)
    const right = await openPgpVerifier([await readFile(keyring)], () => new Date())
    expect(await findings(repository, right)).toEqual([])
    const other = await openPgpVerifier([await (await Signer.make('ed25519')).publicKey()], () => new Date())
    const bad = (await findings(repository, other)).map(text => text.replace(/ .*\//, ' '))
    expect(bad.sort()).toEqual(['DEB_SIGNATURE_BAD InRelease', 'DEB_SIGNATURE_BAD Release.gpg'])
  })

  test('a yum repository is signed by its key, and by no other', async () => {
    const { directory: repository } = await yumRepository(lab)
    const signer = await Signer.make('rsa3072')
    const right = await openPgpVerifier([await signer.publicKey('--armor')], () => new Date())
    expect(await findings(repository, right)).toEqual(['YUM_SIGNATURE_MISSING repodata/repomd.xml.asc'])
    await signer.gpg('--armor', '--detach-sign', join(repository, 'repodata/repomd.xml'))
    expect(await findings(repository, right)).toEqual([])
    const other = await verifier(await Signer.make('ed25519'))
    expect(await findings(repository, other)).toEqual(['YUM_SIGNATURE_BAD repodata/repomd.xml.asc'])
  })
})
