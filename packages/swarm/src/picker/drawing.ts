import { type Bits, emptyBits, setBit } from './bits.ts'
import type { PickerPeer, SourceKind } from './peer.ts'
import { Picker } from './picker.ts'
import type { Random } from './random.ts'

/** The set that is drawn with `#` for a piece and `.` for none. */
export function bitsOf(drawing: string): Bits {
  const bits = emptyBits(drawing.length)
  for (const [piece, mark] of [...drawing].entries()) if (mark === '#') setBit(bits, piece)
  return bits
}

/** A picker that wants all and has joined the drawn peers; pieces of one block unless `pieceBytes` says else. */
export function drawnPicker(drawn: {
  readonly weHave: string
  readonly mirrors?: readonly string[]
  readonly origins?: readonly string[]
  readonly pieceBytes?: number
  readonly random?: Random
}): { readonly picker: Picker; readonly mirrors: readonly PickerPeer[]; readonly origins: readonly PickerPeer[] } {
  const { weHave, pieceBytes = 16_384, random = () => 0 } = drawn
  const layout = { pieceCount: weHave.length, pieceBytes: () => pieceBytes }
  const picker = new Picker(layout, { held: bitsOf(weHave), random })
  for (let piece = 0; piece < weHave.length; piece += 1) picker.want(piece)
  const join = (kind: SourceKind) => (drawing: string) => {
    const peer = picker.join(kind)
    picker.setPieces(peer, bitsOf(drawing))
    return peer
  }
  return {
    picker,
    mirrors: (drawn.mirrors ?? []).map(join('mirror')),
    origins: (drawn.origins ?? []).map(join('origin')),
  }
}
