import { createHash, type Hash } from 'node:crypto'
import { type Algorithm, cheapest } from '../../metadata/digests.ts'
import { Malformed } from '../../metadata/malformed.ts'
import { isReadable, maxIndexBytes } from '../index/forms.ts'
import type { IndexGroup } from '../release/index-groups.ts'
import type { IndexText } from './entries.ts'
import type { Form } from './forms.ts'
import type { Scope } from './scope.ts'

/** What the text of an index has to be. */
interface ExpectedText {
  readonly sizeBytes: number
  readonly algorithm: Algorithm
  readonly digest: string
  /** Who says so. */
  readonly source: string
}

/**
 * Unpacks the forms of an index, and reports those whose text is not the one that Release gives the plain form, or,
 * where it has none, not that of the other forms. `take` gets the text of the first form that it can read.
 * @returns whether `take` has read all of it
 */
export async function checkContents(
  scope: Scope,
  release: string,
  group: IndexGroup,
  forms: readonly Form[],
  take: ((index: IndexText) => Promise<boolean>) | undefined,
): Promise<boolean> {
  let expected = expectedText(release, group)
  let isTaken = false
  let isKnown = false
  for (const form of forms) {
    if (!isReadable(form.ending)) continue
    // The plain form itself was held against its digest before.
    if ((form.ending === '' || scope.context.isQuick) && (isTaken || take === undefined)) continue
    const { path } = form
    const text = new Text(scope, form, expected)
    const taker = isTaken ? undefined : take
    let isWhole = false
    try {
      if (taker === undefined) for await (const _ of text);
      else isWhole = await taker({ path, chunks: text })
      expected = text.end()
      isTaken = true
      isKnown ||= isWhole
    } catch (error) {
      const isFormWrong = error instanceof OtherText || error instanceof Damaged
      scope.reportMalformed(error instanceof OtherText ? 'DEB_INDEX_FORMS_DIFFER' : 'DEB_INDEX_MALFORMED', path, error)
      // The next form may be whole, but what is wrong in a text is wrong in all its forms.
      isTaken ||= !isFormWrong
    }
  }
  return isKnown
}

function expectedText(source: string, group: IndexGroup): ExpectedText | undefined {
  const plain = group.forms.get('')
  const digest = plain && cheapest(plain.digests)
  return digest && { ...digest, sizeBytes: plain.sizeBytes, source }
}

/** The form holds another text than it has to. */
class OtherText extends Malformed {}

/** The form cannot be unpacked. */
class Damaged extends Malformed {}

/** The text of a form of an index, measured while it is read. */
class Text implements AsyncIterable<Uint8Array> {
  readonly #scope: Scope
  readonly #form: Form
  readonly #expected: ExpectedText | undefined
  readonly #algorithm: Algorithm
  readonly #hash: Hash | undefined
  #bytes = 0

  constructor(scope: Scope, form: Form, expected: ExpectedText | undefined) {
    this.#scope = scope
    this.#form = form
    this.#expected = expected
    this.#algorithm = expected?.algorithm ?? 'sha256'
    this.#hash = scope.context.isQuick ? undefined : createHash(this.#algorithm)
  }

  get difference(): string {
    const { source, sizeBytes } = this.#expected ?? { source: '', sizeBytes: 0 }
    return `the text in it (${this.#bytes} bytes) is another than what ${source} says (${sizeBytes} bytes)`
  }

  /** @throws Malformed when it is damaged, or longer than it has to be */
  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for await (const chunk of this.#unpacked()) {
      this.#bytes += chunk.length
      if (this.#expected !== undefined && this.#bytes > this.#expected.sizeBytes) throw new OtherText(this.difference)
      this.#hash?.update(chunk)
      yield chunk
    }
  }

  /** What every form has to hold from now on. @throws OtherText when this one, which was read, does not */
  end(): ExpectedText | undefined {
    const digest = this.#hash?.digest('hex')
    const expected = this.#expected
    if (expected !== undefined) {
      const isSame = digest === undefined ? this.#bytes === expected.sizeBytes : digest === expected.digest
      if (!isSame) throw new OtherText(this.difference)
      return expected
    }
    if (digest === undefined) return undefined
    return { sizeBytes: this.#bytes, algorithm: this.#algorithm, digest, source: this.#form.path }
  }

  async *#unpacked(): AsyncIterable<Uint8Array> {
    const { context, unpacker } = this.#scope
    const { path } = this.#form
    try {
      const input = context.tree.read(path, context.signal)
      yield* unpacker.unpack(input, unpacker.formatOf(path), { maxBytes: maxIndexBytes }, context.signal)
    } catch (error) {
      throw error instanceof Malformed ? new Damaged(`it cannot be unpacked: ${error.message}`) : error
    }
  }
}
