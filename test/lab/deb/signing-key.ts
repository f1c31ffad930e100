import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { runCommand } from '../run/command.ts'

/** An OpenPGP key that lives as long as its lab. */
export interface SigningKey {
  /** GNUPGHOME of tools that sign by themselves. */
  readonly home: string
  /** The public key, as apt's `signed-by` wants it. */
  readonly keyring: string
  /** `input` clear-signed into `output`: what InRelease is to Release. */
  clearSign(input: string, output: string): Promise<void>
  /** A detached signature, as Release.gpg is one. */
  detachSign(input: string, output: string): Promise<void>
}

export async function makeSigningKey(lab: Lab): Promise<SigningKey> {
  const home = lab.newDirectory('gnupg')
  await runCommand('chmod', ['700', home])
  const gpg = async (...args: string[]): Promise<void> => {
    await runCommand('gpg', ['--homedir', home, '--batch', '--yes', '--quiet', '--pinentry-mode', 'loopback', ...args])
  }
  // gpg starts an agent for its home, which would stay.
  lab.onClose(() => runCommand('gpgconf', ['--homedir', home, '--kill', 'gpg-agent']))
  await gpg(
    '--passphrase',
    '',
    '--quick-generate-key',
    'repocast lab <lab@example.invalid>',
    'ed25519',
    'sign',
    'never',
  )
  const keyring = join(home, 'archive-keyring.gpg')
  await gpg('--output', keyring, '--export')
  return {
    home,
    keyring,
    clearSign: (input, output) => gpg('--output', output, '--clearsign', input),
    detachSign: (input, output) => gpg('--armor', '--output', output, '--detach-sign', input),
  }
}
