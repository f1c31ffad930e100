/** What became of a signature; `why` is a sentence for the admin. */
export type SignatureVerdict =
  | { readonly valid: true; readonly keyIds: readonly string[] }
  | { readonly valid: false; readonly why: string }

/** Verifies OpenPGP signatures (RFC 9580) with a set of trusted keys. */
export interface SignatureVerifier {
  /** Verifies a detached signature, armoured or binary, over `content`. */
  verifyDetached(content: AsyncIterable<Uint8Array>, signature: Uint8Array): Promise<SignatureVerdict>
  /** Verifies a message with its signature around it (InRelease, RFC 9580 section 7). */
  verifyClearSigned(message: Uint8Array): Promise<SignatureVerdict>
}
