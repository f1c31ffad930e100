import type { ComponentChildren, Ref } from 'preact'

interface ScrollerProps {
  /** What is in it, as in "Table of mirrors". */
  readonly label: string
  /** Whether it scrolls down as well, with its head line staying. */
  readonly isTall?: boolean
  readonly box?: Ref<HTMLElement>
  readonly children: ComponentChildren
}

/** A box for a table that may be wider than the page. */
export function Scroller({ label, isTall = false, box, children }: ScrollerProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class={isTall ? 'wide tall' : 'wide'} aria-label={label} tabIndex={0} {...(box && { ref: box })}>
      {children}
    </section>
  )
}
