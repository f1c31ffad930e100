import { createDiffieHellman, createHash, type DiffieHellman } from 'node:crypto'

/**
 * Message-stream encryption (MSE), which hides from a line what is spoken over it; it authenticates nobody.
 *
 * - `prefer`: a handshake that cannot be recognised where the peer can, else plain. What follows is plain between two
 *   that agree to that, as ours do, and encrypted with RC4 when the peer wants it.
 * - `require`: RC4 for everything; peers that cannot are not met.
 * - `off`: only plain peers are met.
 */
export type Encryption = 'prefer' | 'require' | 'off'

/** webtorrent's `secure`. */
export const secureLevels = { off: 0, prefer: 1, require: 2 } as const

/** RC4, among the methods of MSE. */
export const rc4Method = 2

const prime =
  'ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563'

let group: DiffieHellman | undefined

/**
 * A key pair of one connection, as the library's own object for it. That one is made anew each time, and Node tests
 * each time whether the prime is one, for 100 ms and more; here it is tested once for all.
 */
export class KeyExchange {
  #privateKey: Buffer | undefined

  generateKeys(): Buffer {
    group ??= createDiffieHellman(prime, 'hex', 2)
    const publicKey = group.generateKeys()
    this.#privateKey = group.getPrivateKey()
    return publicKey
  }

  /** @throws Error for a key that is none */
  computeSecret(publicKey: Uint8Array): Buffer {
    if (group === undefined || this.#privateKey === undefined) throw new Error('the secret is asked for before the key')
    group.setPrivateKey(this.#privateKey)
    return group.computeSecret(publicKey)
  }
}

/** By what a peer that encrypts names the pack: HASH('req2', info-hash), hexadecimal. */
export function hiddenInfoHash(infoHash: string): string {
  return createHash('sha1').update('req2').update(Buffer.from(infoHash, 'hex')).digest('hex')
}
