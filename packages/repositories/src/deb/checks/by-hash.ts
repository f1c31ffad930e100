import { directoryOf, joinPath } from '@repocast/objects'
import { otherDigest } from '../../check/compare-digest.ts'
import { type Algorithm, strongest } from '../../metadata/digests.ts'
import type { Suite } from '../release/read.ts'
import type { Form } from './forms.ts'
import type { Scope } from './scope.ts'

const directories: Partial<Record<Algorithm, string>> = {
  sha512: 'SHA512',
  sha256: 'SHA256',
  sha1: 'SHA1',
  md5: 'MD5Sum',
}
/** Nobody asks by weaker digests; what has another name is the tool's own, such as the links of aptly. */
const named = /(?:^|\/)by-hash\/(SHA256\/[0-9a-f]{64}|SHA512\/[0-9a-f]{128})$/

/** Checks what lies under by-hash. */
export class ByHash {
  readonly #scope: Scope
  /** SHA-256 of the files that Releases name, by their SHA-512, so that nobody has to compute that. */
  readonly #known = new Map<string, string>()

  constructor(scope: Scope) {
    this.#scope = scope
  }

  /** Takes in the good forms of an index, and reports those that are not there under their digest. */
  see(suite: Suite, forms: readonly Form[]): void {
    for (const { path, file } of forms) {
      const { sha256, sha512 } = file.digests
      if (sha256 !== undefined && sha512 !== undefined) this.#known.set(sha512, sha256)
      const best = strongest(file.digests)
      if (!suite.release.acquireByHash || best === undefined) continue
      const byHash = joinPath(directoryOf(path), `by-hash/${directories[best.algorithm]}/${best.digest}`)
      if (this.#scope.context.tree.find(byHash)?.type === 'f') continue
      this.#scope.report('DEB_BY_HASH_MISSING', byHash, `${path} is not there under its digest`)
    }
  }

  /** Reports a file under by-hash that is another than its name says. Other paths are left alone. */
  async check(path: string): Promise<void> {
    const [directory, digest = ''] = named.exec(path)?.[1]?.split('/') ?? []
    if (directory === undefined) return
    const { tree, signal } = this.#scope.context
    const say = (message: string): void => this.#scope.report('DEB_BY_HASH_WRONG', path, message)
    if (tree.find(path)?.type !== 'f') return say('it is a link that leads to no file')
    const sha256 = await tree.digest(path, 'sha256', signal)
    if (directory === 'SHA256' ? sha256 === digest : this.#known.get(digest) === sha256) return undefined
    const algorithm = directory === 'SHA256' ? 'sha256' : 'sha512'
    const other = await otherDigest(this.#scope.context, path, { algorithm, digest })
    if (other !== undefined) say(`its ${directory} is ${other}`)
  }
}
