import { useLayoutEffect, useRef, useState } from 'preact/hooks'

/** Rows that are drawn above and below what is seen. */
const spareRows = 10

export interface RowWindow {
  /** Drawn rows: from `first` to before `end`. */
  readonly first: number
  readonly end: number
}

/** Which rows of a long list have to be drawn in a box of `height` that is scrolled down by `top` (pixels). Pure. */
export function rowWindow(rows: number, rowHeight: number, top: number, height: number): RowWindow {
  const first = Math.max(0, Math.min(rows, Math.floor(top / rowHeight) - spareRows))
  return { first, end: Math.min(rows, Math.ceil((top + height) / rowHeight) + spareRows) }
}

/** The window of rows for a box that scrolls; `box` is its reference. */
export function useWindow(rows: number, rowHeight: number) {
  const box = useRef<HTMLElement>(null)
  const [place, setPlace] = useState({ top: 0, height: 800 })
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const look = (): void => setPlace({ top: element.scrollTop, height: element.clientHeight })
    look()
    element.addEventListener('scroll', look, { passive: true })
    const sizes = new ResizeObserver(look)
    sizes.observe(element)
    return () => {
      element.removeEventListener('scroll', look)
      sizes.disconnect()
    }
  }, [])
  return { box, ...rowWindow(rows, rowHeight, place.top, place.height) }
}
