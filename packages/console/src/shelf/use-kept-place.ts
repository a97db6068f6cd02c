import { type RefObject, useEffect, useRef } from 'react'

/**
 * Keeps the keyboard where it was when the pressed button leaves with its film: the film that takes the
 * place takes the focus too.
 * @param shown names what the list shows; a change means that it shows something else.
 */
export function useKeptPlace(shown: string | undefined): {
  readonly list: RefObject<HTMLOListElement | null>
  /** Call when the button at a place (from 0) was pressed. */
  readonly keepPlace: (place: number) => void
} {
  const list = useRef<HTMLOListElement>(null)
  const kept = useRef<{ place: number; shown: string | undefined } | null>(null)
  useEffect(() => {
    if (kept.current === null || kept.current.shown === shown) return
    const { place } = kept.current
    kept.current = null
    if (document.activeElement !== document.body) return
    list.current?.children[place]?.querySelector('button')?.focus({ preventScroll: true })
  }, [shown])
  const keepPlace = (place: number) => {
    kept.current = { place, shown }
  }
  return { list, keepPlace }
}
