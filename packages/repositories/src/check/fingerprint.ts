import { hash } from 'node:crypto'

/**
 * A number of 48 bits for a text, so that sets of a million paths stay small. Two texts that share one by chance
 * cost a note or a warning, never an error.
 */
export function fingerprint(text: string): number {
  return hash('sha256', text, 'buffer').readUIntBE(0, 6)
}
