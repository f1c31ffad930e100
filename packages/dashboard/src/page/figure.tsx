import type { ComponentChildren } from 'preact'

interface FigureProps {
  readonly name: string
  readonly value: ComponentChildren
  /** A line below it. */
  readonly note?: ComponentChildren
}

/** A number that the reader looks for first. Stands in a `<dl class="figures">`. */
export function Figure({ name, value, note }: FigureProps) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>{value}</dd>
      <dd class="note">{note ?? ' '}</dd>
    </div>
  )
}
